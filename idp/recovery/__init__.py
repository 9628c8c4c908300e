"""
Recovery: a citizen who forgot the password sets a new one.

With the registered phone at once; with another one after a wait, in which whoever has the lost
phone, or reads the citizen's mail, can cancel it.

Owns the order of its pages, the reasons to wait, and the replacement. Does not own the one-time
password (otp), the SIM's history (carriers) nor the credential (citizens). Every page before the
right code is the same for details that match nobody.
Routes: /recover, /recover/other-phone, /recover/otp, /recover/lapsed, /recover/not-now,
/recover/password, /recover/done, /c, /c/done.
"""
