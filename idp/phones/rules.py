"""When a number may become the one that codes go to, and when it may leave: pure."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

SMS: Final = "sms"
"""In `amr` (RFC 8176): a text message was a part of the sign-in."""


class Stays(StrEnum):
    """Why a number is not taken away."""

    LAST = "last"
    """There is no other: nobody could be told or recovered any more."""
    DEFAULT = "default"
    """Codes go there; another number has to take that place first."""


def default_from(verified_at: datetime, *, confirmed: bool, cooling_off: timedelta) -> datetime:
    """
    The moment from which codes may go to a number that was added at *verified_at*.

    At once where a carrier *confirmed* that it is in the citizen's own name. Any other waits:
    somebody at the citizen's unlocked phone could add their own, and the notice of that needs time
    to be read before it opens the account.
    """
    return verified_at if confirmed else verified_at + cooling_off


def stays(*, is_default: bool, phones: int) -> Stays | None:
    """Why one of so many numbers is not taken away; `None` where it may be."""
    if phones <= 1:
        return Stays.LAST
    return Stays.DEFAULT if is_default else None


def rests_on_sim(amr: Collection[str]) -> bool:
    """Whether that sign-in is worth no more than the SIM: an app or a passkey is another proof."""
    return SMS in amr
