"""
The volatile store: sessions, interactions, challenges, codes, tokens and counters in Redis.

What several processes may do at once is one Lua script or one command. Losing Redis costs a
sign-in, never an account: nothing here is the only copy of anything durable.
"""
