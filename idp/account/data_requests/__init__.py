"""
What a citizen asks about the own data, and what came of it.

Owns the pages. Does not own the requests (idp.data_requests).
Routes: /account/data/requests, /account/data/requests/new, /account/data/requests/<number>.
"""
