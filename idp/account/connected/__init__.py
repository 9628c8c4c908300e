"""
The portals that a citizen shares anything with, and the end of that.

Owns the pages and the withdrawal. Does not own consents and their ledger (consents), nor grants.
Routes: /account/connected, /account/connected/<client_id>/withdraw.
"""
