"""
Requests of relying parties that failed, in words their team can act on.

Owns the kinds of faults, their words in both languages, how long they are kept and the search. Does
not own the protocol, which says what was wrong where it finds it. Nothing of a citizen is kept, and
of secrets, codes and tokens nothing at all.
"""
