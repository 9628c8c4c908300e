"""Values with an end, as a volatile store keeps them."""

from datetime import datetime, timedelta
from typing import Generic, TypeVar

from idp.core.clock import Clock

T = TypeVar("T")


class Expiring(Generic[T]):
    """A mapping whose entries are gone when their time is over."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._held: dict[str, tuple[T, datetime]] = {}

    def put(self, key: str, value: T, lifetime: timedelta) -> None:
        """Hold *value* for *lifetime*."""
        self._held[key] = value, self._clock.now() + lifetime

    def change(self, key: str, value: T) -> None:
        """Replace a value that is held; its end stays."""
        self._held[key] = value, self._held[key][1]

    def prolong(self, key: str, lifetime: timedelta) -> None:
        """Hold what is held for *lifetime* from now, unless its end is later already."""
        if self.left(key) and self.left(key) < lifetime:
            self.put(key, self._held[key][0], lifetime)

    def get(self, key: str) -> T | None:
        """The value, while it is held."""
        value, ends = self._held.get(key, (None, None))
        if ends is not None and ends <= self._clock.now():
            del self._held[key]
            return None
        return value

    def left(self, key: str) -> timedelta:
        """How long it will still be held; nought where it is not."""
        if self.get(key) is None:
            return timedelta(0)
        return self._held[key][1] - self._clock.now()

    def pop(self, key: str) -> T | None:
        """Take it out."""
        value = self.get(key)
        self._held.pop(key, None)
        return value
