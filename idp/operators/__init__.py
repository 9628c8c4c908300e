"""
Operators: the people who run the service.

Owns their accounts (name, role, password, authenticator app), the teams of provinces that some of
them belong to, and the proof that one of them is there. Does not own what an operator does: each
capability asks for the operator, and names the operator in its audit events (`by`).
Commands: idp operators add|list|disable; idp teams list|members|create|rename|add-member|
remove-member.
"""
