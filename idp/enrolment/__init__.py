"""
Enrolment: a person with a mobile subscription becomes a citizen with an account.

Owns pending enrolments, the order of its pages, the notice people read first, and the making of the
account. Does not own the one-time password (otp), what the carriers say (carriers), nor what comes
after the account is made: that is `Visits.proceed`.
Routes: /enrol/method, /enrol/not-open, /enrol/mobile, /enrol/otp, /enrol/waiting, /enrol/mismatch,
/enrol/not-available, /enrol/not-subscriber, /enrol/exists, /enrol/password, /enrol/done,
/enrol/take-up, /enrol/take-up/otp.
"""
