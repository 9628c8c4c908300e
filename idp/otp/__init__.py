"""
One-time passwords by SMS.

Owns challenges: sending, resending, counting attempts, comparing. Does not own what a proved
possession is good for: a challenge is bound to its purpose, person and interaction, and the
capability that began it decides.
"""
