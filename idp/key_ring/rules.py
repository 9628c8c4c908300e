"""What happens to each key next, and when that asks for somebody: pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from idp.signing.model import KeyEvent, KeyRing, KeyState, RotationPolicy, SigningKey
from idp.signing.rules import next_event, published

SOON: Final = timedelta(days=30)
NEAR: Final = timedelta(days=7)
_SOON_PART: Final = 3
_NEAR_PART: Final = 12
"""Parts of a life: a key that signs for a week is not near its end all the time."""


class Urgency(StrEnum):
    """How near an active key without a successor is to its end."""

    NONE = "none"
    SOON = "soon"
    NEAR = "near"
    MISSED = "missed"
    """It signs on, for without it nobody could sign in; but a successor is overdue."""


@dataclass(frozen=True, slots=True)
class KeyOutlook:
    """A published key, and what is ahead of it."""

    key: SigningKey
    next: KeyEvent
    urgency: Urgency


def outlook(ring: KeyRing, now: datetime, policy: RotationPolicy) -> Sequence[KeyOutlook]:
    """Every published key of *ring* (as it stands now), by algorithm and then by age."""
    keys = sorted(published(ring, now, policy), key=lambda key: (key.algorithm, key.created_at))
    return [
        KeyOutlook(key, next_event(ring, key, policy), urgency(ring, key, now, policy))
        for key in keys
    ]


def count_urgent(ring: KeyRing, now: datetime, policy: RotationPolicy) -> int:
    """How many keys ask for somebody."""
    return sum(each.urgency is not Urgency.NONE for each in outlook(ring, now, policy))


def urgency(ring: KeyRing, key: SigningKey, now: datetime, policy: RotationPolicy) -> Urgency:
    """How near the end of *key* is; one that waits, has left, or has a successor is not."""
    is_last = ring.in_state(key.algorithm, KeyState.ANNOUNCED) is None
    if key.state is not KeyState.ACTIVE or not is_last:
        return Urgency.NONE
    left = key.activates_at + policy.active - now
    if left <= timedelta():
        return Urgency.MISSED
    if left <= min(NEAR, policy.active / _NEAR_PART):
        return Urgency.NEAR
    return Urgency.SOON if left <= min(SOON, policy.active / _SOON_PART) else Urgency.NONE
