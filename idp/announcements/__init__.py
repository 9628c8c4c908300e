"""
Announcements: what operators tell the portals.

Owns the texts, whom each is for, and the mails to the portals' contacts (an outbox: written with
the announcement, sent by the worker until each is accepted). Does not own contacts: registrations
do.
Sweep: send announcements.
"""
