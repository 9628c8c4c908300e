"""
The phones of an account: adding one, choosing where codes go, taking one away.

A number is added by a code to it, after a fresh sign-in; whether it is in the citizen's own name,
its carrier says. Does not own phones themselves (citizens), the check of a SIM (carriers), the
pages (account), nor the replacement of a lost phone (recovery).
"""
