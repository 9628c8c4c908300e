"""
Security events: who did what, when, to which account, for which relying party.

Owns the table and the event types. Events hold ids, never personal data. Does not own the
operational log.
"""
