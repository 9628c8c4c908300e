"""
The page that asks whether a portal may have the citizen's details.

Owns the question and its words. Does not own the standing record (consents) or what is released.
"""
