"""Whose turn it is for a notice, and for the lock: pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final

from idp.core.vietnam import VIETNAM

NOTICES: Final = 2


@dataclass(frozen=True, slots=True)
class InactivityPolicy:
    """
    *after* how long without a sign-in notices begin, and how far apart they and the lock are.

    People are written to between *begins* and *ends*, hours of one day in Vietnam.
    """

    after: timedelta
    notice_every: timedelta
    begins: time
    ends: time


class Due(StrEnum):
    """What is done about somebody who does not come."""

    NOTICE = "notice"
    LOCK = "lock"


def due(
    last_sign_in: datetime, told: Sequence[datetime], now: datetime, policy: InactivityPolicy
) -> Due | None:
    """
    Name what is due; *told* are the moments of the notices since that sign-in.

    The lock comes a month after the last notice was sent, not after it should have been: nobody is
    locked out with less warning than the law gives.
    """
    if now - last_sign_in < policy.after:
        return None
    if told and now - max(told) < policy.notice_every:
        return None
    return Due.NOTICE if len(told) < NOTICES else Due.LOCK


def is_time_to_write(now: datetime, policy: InactivityPolicy) -> bool:
    """Whether people are awake."""
    return policy.begins <= now.astimezone(VIETNAM).time() < policy.ends


def phone_proved(proved_at: datetime | None, now: datetime, proves_for: timedelta) -> bool:
    """Whether the person is known to hold the phone now, by a code of a moment ago."""
    return proved_at is not None and now - proved_at < proves_for
