"""
Values kept on the server for a while, found by a random handle.

In memory, therefore for one process. A portal with several processes replaces this one class by
its shared store (Redis: `SET … EX`, `GET`, `GETDEL`); nothing else in the kit keeps state.
"""

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar

from clients.kit.clock import Clock
from clients.kit.handles import digest

Value = TypeVar("Value")


class ExpiringStore(Generic[Value]):
    """
    Keeps at most *capacity* values, each for *lifetime*; beyond that the oldest go first.

    *names* gives what a value may also be called, so that it can be forgotten without its handle.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        lifetime: timedelta,
        capacity: int,
        names: Callable[[Value], Iterable[str]] = lambda _: (),
    ) -> None:
        self._clock = clock
        self._lifetime = lifetime
        self._capacity = capacity
        self._lock = Lock()
        self._values: OrderedDict[str, tuple[datetime, Value]] = OrderedDict()  # oldest first
        self._names = names
        self._named: defaultdict[str, set[str]] = defaultdict(set)

    def put(self, handle: str, value: Value) -> None:
        with self._lock:
            self._put(digest(handle), value)

    def add(self, handle: str, *, value: Value) -> bool:
        """Whether nothing was kept under *handle*; *value* is from now on."""
        with self._lock:
            key = digest(handle)
            if self._alive(self._values.get(key)) is not None:
                return False
            self._put(key, value)
            return True

    def get(self, handle: str) -> Value | None:
        with self._lock:
            return self._alive(self._values.get(digest(handle)))

    def take(self, handle: str) -> Value | None:
        """Return the value and forget it, in one step: only one caller ever gets it."""
        with self._lock:
            return self._alive(self._pop(digest(handle)))

    def forget_named(self, name: str) -> int:
        """Forget every value called *name*; how many of them were alive."""
        with self._lock:
            entries = [self._pop(key) for key in tuple(self._named.get(name, ()))]
            return sum(self._alive(entry) is not None for entry in entries)

    def _put(self, key: str, value: Value) -> None:
        now = self._clock()
        self._pop(key)
        self._drop_expired(now)
        if len(self._values) >= self._capacity:
            self._pop(next(iter(self._values)))
        self._values[key] = (now + self._lifetime, value)
        for name in self._names(value):
            self._named[name].add(key)

    def _pop(self, key: str) -> tuple[datetime, Value] | None:
        entry = self._values.pop(key, None)
        if entry is not None:
            for name in self._names(entry[1]):
                self._named[name].discard(key)
                if not self._named[name]:
                    del self._named[name]
        return entry

    def _alive(self, entry: tuple[datetime, Value] | None) -> Value | None:
        if entry is None or entry[0] <= self._clock():
            return None
        return entry[1]

    def _drop_expired(self, now: datetime) -> None:
        while self._values:
            key, (expires_at, _) = next(iter(self._values.items()))
            if expires_at > now:
                return
            self._pop(key)
