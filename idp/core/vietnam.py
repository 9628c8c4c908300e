"""Vietnam's clock and calendar: what is stored is UTC, what people read and count by is this."""

from datetime import date, datetime, time, timedelta, timezone
from typing import Final

VIETNAM: Final = timezone(timedelta(hours=7))  # one zone, no daylight saving


def day_of(at: datetime) -> date:
    """The day of that moment."""
    return at.astimezone(VIETNAM).date()


def start_of(day: date) -> datetime:
    """The first moment of *day*."""
    return datetime.combine(day, time(), VIETNAM)


def end_of(day: date) -> datetime:
    """The first moment that does not belong to *day* any more."""
    return start_of(day + timedelta(days=1))


def minute(at: datetime) -> str:
    """*at* for a terminal: 2026-01-31 09:30."""
    return f"{at.astimezone(VIETNAM):%Y-%m-%d %H:%M}"


def second(at: datetime) -> str:
    """*at* for a terminal, where things happen fast: 2026-01-31 09:30:05."""
    return f"{at.astimezone(VIETNAM):%Y-%m-%d %H:%M:%S}"


def written(at: datetime) -> str:
    """*at* for a message, as people write it: 09:30 31/01/2026."""
    return f"{at.astimezone(VIETNAM):%H:%M %d/%m/%Y}"
