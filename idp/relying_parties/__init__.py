"""
A relying party: a portal that asks us who somebody is.

Owns its registration (names, exact redirect URIs, sector, security profile, allowed claims, hashed
secrets) and the registry that every worker holds in memory. Does not own consents or grants, nor
what the protocol makes of a registration.
"""
