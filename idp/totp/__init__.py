"""
Codes of an authenticator app (RFC 6238), for whoever keeps a secret of one.

Owns the arithmetic and the address an app is set up with. Does not own whose the secret is, how
often a code may be tried, nor that one counts once: who keeps the secret keeps the used step too.
"""
