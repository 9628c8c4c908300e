"""
Signing in: identity number and password, then a code by SMS.

Owns the chooser, the password page and the sign-in code. Does not own the credential (citizens),
the challenge (otp) or the session; it routes nowhere: each page ends at the flow.
"""
