"""
Budgets: how often something may happen, by person, number, address and for the whole system.

Owns counting. Does not own what happens when a budget is used up: each capability says that.
"""
