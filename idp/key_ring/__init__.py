"""
The signing keys, as operators look after them.

Owns the operator's word about a rotation (permission, reason, audit log) and when a key's end asks
for somebody. Does not own the ring: `idp.signing` does, and its command works without an operator.
"""
