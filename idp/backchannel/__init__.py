"""
Telling relying parties, behind the citizen's back, that a session has ended.

Owns the outbox of logout tokens (OpenID Connect Back-Channel Logout 1.0): a row for each relying
party of an ended session, written in the transaction that ends it, and delivered by the worker
until it is confirmed or a day has passed. Does not own what ends a session, nor how a logout token
is signed.
"""
