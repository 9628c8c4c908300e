"""
A grant: one authorization of one relying party by one citizen.

Owns the grant (SQL) and what hangs on it: the authorization code and access tokens. Revoking the
grant ends all of it. Does not own consent, which stands beyond a single authorization.
"""
