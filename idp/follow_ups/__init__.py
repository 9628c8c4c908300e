"""
What must follow a commit, though Redis or this process fails right after it.

Owns a row for each thing that is owed, written in the transaction that owes it and deleted when it
is done: ending one session of an account or all, telling its citizen. Does not own how sessions
end, nor how a notice reaches somebody.
"""
