"""
The demonstration: the whole system on this machine, on embedded parts, under one supervisor.

The supervisor starts the processes, watches them, and ends them; nothing of theirs runs in it,
so it imports neither the application nor its settings. Standard library only.
"""
