"""
E-mail addresses: a citizen's is used once a link proved that mail to it is read.

Owns the question, its link and its end. Does not own when an address is asked about (enrolment,
account) nor what is sent to it afterwards (messaging).
Routes: /email, /email/done.
"""
