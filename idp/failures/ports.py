"""Where failed requests wait until they are kept."""

from collections.abc import Sequence
from typing import Protocol

from idp.failures.model import FailedRequest


class WaitingFailures(Protocol):
    """
    A bounded queue in the volatile store: what finds no place is dropped.

    How many may come in an hour, of one relying party and from one network, is limited there.
    """

    def add(self, failed: FailedRequest, *, network: str) -> None:
        """Put one in, by one question to the store; says nothing where it is not wanted."""
        ...

    def first(self, limit: int) -> Sequence[FailedRequest]:
        """The oldest ones; they stay, but those that nobody can read."""
        ...

    def forget(self, kept: Sequence[FailedRequest]) -> None:
        """Take those out, where they are the oldest ones yet, and no others."""
        ...
