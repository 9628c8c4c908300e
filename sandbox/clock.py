"""Where the sandbox gets the time and lets it pass."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Protocol

VIETNAM = timezone(timedelta(hours=7))
"""Indochina Time. Without daylight saving since 1975, so a fixed offset tells the truth."""

Pause = Callable[[float], object]
"""Lets that many seconds pass; injected faults wait by it, tests pass one that returns at once."""


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - this is where the sandbox gets the time
