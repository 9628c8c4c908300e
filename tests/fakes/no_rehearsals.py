"""A provider in which no integration test is under way."""

from collections.abc import Sequence
from typing import Never


class NoRehearsals:
    """Implements `Rehearsals`, and `Rehearsed`; nobody gets past it."""

    def answer(self, _wanted: object) -> None:
        return None

    def redeem(self, _value: str, _relying_party: object) -> None:
        return None

    def sign(self, *_args: object) -> Never:
        raise AssertionError("no code was redeemed")

    def userinfo(self, _value: str) -> None:
        return None

    def keys(self) -> Sequence[dict[str, str]]:
        return ()
