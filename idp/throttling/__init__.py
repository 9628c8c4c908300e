"""
Budgets: how often something may happen, by person, number, address and for the whole system.

Owns counting, and the note in the audit log that a budget is used up. Does not own what a person is
shown then: each capability says that.
"""
