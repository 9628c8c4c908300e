"""
Disputes: somebody says that the account with their identity number is not theirs.

Owns the complaint while it is written, the case with its steps, its two-operator decision and what
follows from it. Does not own the one-time password (otp), what carriers say (carriers), holds and
sessions (interactions), nor the account that a claimant makes afterwards (enrolment).
Routes: /dispute, /dispute/otp, /dispute/waiting, /dispute/mismatch, /dispute/not-available,
/dispute/not-subscriber, /dispute/no-account, /dispute/check, /dispute/done, /dispute/leave,
/dispute/follow, /dispute/follow/otp, /dispute/follow/case, /dispute/follow/account.
Commands: idp disputes list|show|decide|ask-more|extend.
"""
