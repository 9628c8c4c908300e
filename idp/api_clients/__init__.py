"""
API clients: programs that operators let in, to do what a person would do at the console.

Owns who they are, what they may (never more than whoever answers for them), their secrets, and who
is calling. Does not own what they do: `idp.api` does, by the use cases that pages call.
Commands: idp api-clients add|list|renew|disable.
"""
