"""
A citizen's identity numbers: CCCD and CMND of one person open one account.

Owns the page that adds the second one, on the carrier's word. Does not own the linking itself
(`citizens.link_identity_number`, which an operator's command calls as well), nor what a carrier's
answer is worth (carriers).
Route: /account/identity-numbers.
"""
