"""
Security events: who did what, when, to which account, for which relying party.

Owns the table and the event types, the chain of hashes that shows what was changed afterwards, the
published roots of that chain, and how long events are kept. Events hold ids, never personal data.
Does not own the operational log.

An event is written without a hash: a chain is one lock for all, and sign-ins would queue at it. The
worker seals what was written, in batches.
"""
