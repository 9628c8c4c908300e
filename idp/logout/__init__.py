"""
Signing out at a relying party's wish (OpenID Connect RP-Initiated Logout 1.0).

Owns the question, the deed and the way back. Does not own reading the request (the protocol face),
nor signing out from our own pages, which asks nobody's leave.

Routes: `/logout`, `/signed-out`.
"""
