"""Time that passes only when a test says so."""

from datetime import UTC, datetime, timedelta


class FakeClock:
    """A `Clock` that stands still until it is set or moved on."""

    def __init__(self, now: datetime) -> None:
        self._now = now.astimezone(UTC)

    def now(self) -> datetime:
        """See `Clock`."""
        return self._now

    def set(self, now: datetime) -> None:
        """Make it *now*, which has a time zone."""
        self._now = now.astimezone(UTC)

    def advance(self, by: timedelta) -> None:
        """Let *by* pass."""
        self._now += by
