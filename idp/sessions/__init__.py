"""
The single sign-on session: one browser, one citizen.

Owns the cookie `idp_session` (a handle), the record behind it and the index by citizen. Does not
own grants, nor how the citizen signed in.
"""
