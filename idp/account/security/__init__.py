"""
What protects the account, on one page: password, phones, mail, ways to sign in, open sessions.

Owns the page, the change of the password, the address for mail, and ending sessions. Does not own
phones and authenticators, which have pages of their own, nor what a session is (sessions).
Routes: /account/security, …/password, …/email, …/sessions/end, …/sessions/end-others.
"""
