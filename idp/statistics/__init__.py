"""
How much is done, per portal and day: sign-ins, text messages, enrolments; numbers alone.

Owns what is counted, the counts at rest, and the reports made of them. Whoever does something
counts it in the volatile store, mostly within a question it puts there anyway; the worker moves the
counts into the database. Nothing is counted by looking through the log.
"""
