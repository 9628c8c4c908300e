"""
What the carriers know: whether a mobile subscription is held by the person who claims it.

Owns: the port to the carriers, the words of their answers, and the rules that read them.
Does not own: how a carrier is reached (adapters), what an answer is worth (citizens: evidence and
verification level), who may ask how often (throttling), one-time passwords (otp).
Routes: none.
"""
