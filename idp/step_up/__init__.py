"""
Step-up: what a citizen can do when more is demanded than was reached.

Owns the page that explains it and the ways that can be walked here: a stronger sign-in, asking the
carrier once more, a visit to a counter. Each leads back to the request it was taken for, with its
original state, or to /account/level where no portal asked. Does not own what a level takes
(citizens: the level table), nor when a step-up is due (interactions), nor the officers' part of a
visit (counter_visits).
Routes: /step-up, /step-up/carrier, /step-up/otp, /step-up/visit.
"""
