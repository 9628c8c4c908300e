"""
A grant: one authorization of one relying party by one citizen.

Owns the grant (SQL) and what hangs on it: the authorization code, access tokens, and families of
refresh tokens. Revoking the grant ends codes and access tokens; a family is for the time when the
citizen is away, and ends by itself or by its own revocation. Does not own consent, which stands
beyond a single authorization.
"""
