"""
Consent: which claims a citizen agreed to share with a relying party.

Owns the standing record and its ledger. Does not own the page that asks, nor what is released.
"""
