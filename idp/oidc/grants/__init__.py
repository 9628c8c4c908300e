"""
The grant types of the token endpoint, one file each (RFC 6749 §4, §6).

Each holds what the grant does, without Authlib, and the class by which Authlib's registry finds it.
Does not own client authentication, which is done before a grant is looked for.
"""
