"""
What the holder of an account sees of a dispute about it, and can answer.

Owns the page. Does not own the case (idp.disputes).
Routes: /account/disputes/<number>, /account/disputes/<number>/phone.
"""
