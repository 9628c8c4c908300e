"""
Values kept on the server for a while, found by a random handle.

In memory, therefore for one process. A portal with several processes replaces this one class by
its shared store (Redis: `SET … EX`, `GET`, `GETDEL`); nothing else in the kit keeps state.
"""

from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar

from clients.kit.clock import Clock
from clients.kit.handles import digest

Value = TypeVar("Value")


class ExpiringStore(Generic[Value]):
    """Keeps at most *capacity* values, each for *lifetime*; beyond that the oldest go first."""

    def __init__(self, clock: Clock, *, lifetime: timedelta, capacity: int) -> None:
        self._clock = clock
        self._lifetime = lifetime
        self._capacity = capacity
        self._lock = Lock()
        self._values: OrderedDict[str, tuple[datetime, Value]] = OrderedDict()  # oldest first

    def put(self, handle: str, value: Value) -> None:
        now = self._clock()
        with self._lock:
            self._drop_expired(now)
            if len(self._values) >= self._capacity:
                self._values.popitem(last=False)
            self._values[digest(handle)] = (now + self._lifetime, value)

    def get(self, handle: str) -> Value | None:
        with self._lock:
            return self._alive(self._values.get(digest(handle)))

    def take(self, handle: str) -> Value | None:
        """Return the value and forget it, in one step: only one caller ever gets it."""
        with self._lock:
            return self._alive(self._values.pop(digest(handle), None))

    def _alive(self, entry: tuple[datetime, Value] | None) -> Value | None:
        if entry is None or entry[0] <= self._clock():
            return None
        return entry[1]

    def _drop_expired(self, now: datetime) -> None:
        while self._values:
            expires_at, _ = next(iter(self._values.values()))
            if expires_at > now:
                return
            self._values.popitem(last=False)
