"""
Certification mode: what a conformance suite needs, and nobody else may have.

Owns the one fixed one-time password, the text messages that are not sent, the limits that are
lifted, and the person in the file. Does not own whether the mode may be on at all (settings: only
for a loopback or `.test` issuer), nor the band that says so on every page (web).
Routes: none.
"""
