"""The end of the time that one conversation with the outside may take."""

import time
from collections.abc import Callable
from datetime import timedelta


class Deadline:
    """A moment, *total* after it was made; what is left is shared by every step until then."""

    def __init__(self, total: timedelta, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._end = monotonic() + total.total_seconds()

    def remaining(self) -> float:
        """Return the seconds that are left; not positive once it has passed."""
        return self._end - self._monotonic()
