"""
The citizen's own ways to sign in: apps, passkeys, recovery codes, and devices that are known.

Owns the pages. Does not own what they change (`idp.authenticators`).
"""
