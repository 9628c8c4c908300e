"""
What a citizen has at hand besides the password, and the browsers the citizen was seen in.

Owns authenticator apps, passkeys, recovery codes and remembered devices: how each is added, proved,
named and taken away. Does not own the code by text message (otp), the order of a sign-in's pages
(login), nor the pages they are looked after on (account). A remembered device is no factor: it
spares its citizen the second one, where nobody asks for two.
"""
