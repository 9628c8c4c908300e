"""Keeping messages that go to nobody."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from idp.core.phone_number import PhoneNumber
from idp.test_people.model import KeptMessage


class Inbox(Protocol):
    """The latest messages to each reserved number, for a day."""

    def keep(self, number: PhoneNumber, message: KeptMessage, *, reference: str) -> None:
        """Keep *message*; the same *reference* again keeps nothing twice."""
        ...

    def of(self, numbers: Sequence[PhoneNumber]) -> Mapping[PhoneNumber, Sequence[KeptMessage]]:
        """What each of *numbers* got, the newest first: one question, however many."""
        ...
