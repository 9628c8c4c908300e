"""What can keep a change of a citizen's authenticators from being made, beside a hold."""

from typing import Final

LONGEST_NAME: Final = 40


class TooMany(Exception):
    """The citizen has as many of that kind as anybody may have."""


class NotThere(Exception):
    """The citizen has none of that id: taken away meanwhile, in another tab."""
