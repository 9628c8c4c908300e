"""
A person who is enrolled.

Owns identity numbers, name, phones, the password credential, evidence and the verification level
derived from it, and the pairwise subject. Does not own sessions, consents or how a person signs in.
"""
