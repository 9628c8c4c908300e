"""
Closing one's own account.

Owns the page and the use case. Does not own what closing means to the rows of a citizen (citizens),
which disputes do as well, nor how long what is left is kept.
Route: /account/close.
"""
