"""
Signing in: identity number and password, then a second factor; or a passkey alone.

Owns the chooser, the password page, which second factor is asked for, and its pages. Does not own
the credential (citizens), what proves a factor (otp, authenticators) or the session; it routes
nowhere: each page ends at the flow.
"""
