"""
The relying parties' side: an integration kit and two province portals built with it.

Owns: everything a portal team runs. Does not own: anything of the provider; it is known here
by its issuer URL alone.
"""
