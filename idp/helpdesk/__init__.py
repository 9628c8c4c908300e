"""
What an operator does for a citizen: find the account, lock it, unlock it.

Each begins with a look, whose reason the citizen sees in the own activity. Does not own holds
(citizens), their effect on sessions (interactions), nor who operators are (operators).
Commands: idp citizens find|lock|unlock.
"""
