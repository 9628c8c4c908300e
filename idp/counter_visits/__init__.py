"""
Counter visits: the code with which a citizen shows the identity card at a one-stop counter.

Owns the codes (one open for each citizen, kept hashed) and what an officer does with one: sees
whose it is, compares the card, confirms. Does not own the officers (operators), nor what the
evidence is worth (citizens), nor the pages that show a code (step_up, account).
Commands: idp citizens confirm-visit.
"""
