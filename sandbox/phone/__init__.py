"""
The phones: what a person would see on their screen, and the sample people to try the system with.

Owns: the page, in Vietnamese and English, with and without scripts; its stylesheet and script.
Does not own: messages (sandbox.sms), people (sandbox.people).
Routes: /  /phones (the phones alone, for the script)  /events (says that a message came)  /static
"""
