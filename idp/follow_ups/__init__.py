"""
What must follow a commit, though Redis or this process fails right after it.

Owns a row for each thing that is owed, written in the transaction that owes it and deleted when it
is done: ending the sessions of an account, telling its citizen. Does not own how sessions end, nor
how a notice reaches somebody.
"""
