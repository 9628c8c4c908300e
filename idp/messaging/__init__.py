"""
Sending text messages.

Owns: the port to the gateway, and the words of every message.
Does not own: when a message is due and to whom (otp, recovery, enrolment), codes, the gateway's
protocol (adapters), limits (throttling).
Routes: none.
"""
