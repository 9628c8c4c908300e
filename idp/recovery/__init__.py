"""
Recovery: a citizen who forgot the password, and has the registered phone at hand, sets a new one.

Owns the order of its pages, the reasons to wait, and the replacement. Does not own the one-time
password (otp), the SIM's history (carriers) nor the credential (citizens). Every page before the
right code is the same for details that match nobody.
Routes: /recover, /recover/otp, /recover/not-now, /recover/password, /recover/done.
"""
