"""The demonstration cannot run, and why."""


class Problem(Exception):
    """What a person reads when the demonstration cannot start or go on: one clear line each."""
