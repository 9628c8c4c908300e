"""
Sending text messages and mail.

Owns: the ports to the gateway and the mail server, the words of every message, notices on every
channel, and the links in them.
Does not own: when a message is due and to whom (otp, recovery, follow_ups, …), codes, the protocols
of gateway and mail server (adapters), limits (throttling).
Routes: none.
"""
