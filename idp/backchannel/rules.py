"""When a delivery is tried again, and what an answer means. Pure."""

from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from idp.backchannel.model import DeliveryState, Outcome
from idp.relying_parties.model import RelyingParty
from idp.relying_parties.rules import is_loopback

FIRST_WAIT: Final = timedelta(seconds=4)
FACTOR: Final = 3
LONGEST_WAIT: Final = timedelta(hours=1)
TRIED_FOR: Final = timedelta(hours=24)
LEASE: Final = timedelta(minutes=1)
"""How long a delivery is its taker's alone: several times what one attempt can take."""
PORTAL_SESSION: Final = timedelta(days=1)
"""What a portal's own session may outlive ours by, when everything of a citizen has to end."""

_CONFIRMED: Final = frozenset({200, 204})  # 204: frameworks say it of an empty 200 (§2.8)
_REFUSED: Final = 400


def wait_after(attempts: int, jitter: float) -> timedelta:
    """
    How long to wait after so many attempts: threefold each time, an hour at the most.

    *jitter* in [0, 1) takes off up to half, so that what failed together does not return together.
    """
    factor: int = FACTOR ** min(attempts - 1, 10)  # capped first: a timedelta has an end
    full = min(FIRST_WAIT * factor, LONGEST_WAIT)
    return full * (1 - jitter / 2)


def next_attempt(
    created_at: datetime, attempts: int, now: datetime, jitter: float
) -> datetime | None:
    """When to try again; `None` when that would be later than a day after the sign-out."""
    at = now + wait_after(attempts, jitter)
    return at if at <= created_at + TRIED_FOR else None


def answered(status: int) -> DeliveryState:
    """What an answer says (§2.8): confirmed, refused for good, or to be asked again."""
    if status in _CONFIRMED:
        return DeliveryState.DELIVERED
    return DeliveryState.FAILED if status == _REFUSED else DeliveryState.PENDING


def unanswered(
    error: str, *, created_at: datetime, attempts: int, now: datetime, jitter: float
) -> Outcome:
    """What becomes of a delivery after an attempt that came to nothing."""
    at = next_attempt(created_at, attempts, now, jitter)
    if at is None:
        return Outcome(DeliveryState.GAVE_UP, error)
    return Outcome(DeliveryState.PENDING, error, at)


def may_be_here(relying_party: RelyingParty, uri: str) -> bool:
    """
    Whether the message may go to this machine: where an operator registered such an address.

    One that registered itself never gets us to post to our own loopback services.
    """
    return not relying_party.dynamic and is_loopback(urlsplit(uri).hostname or "")
