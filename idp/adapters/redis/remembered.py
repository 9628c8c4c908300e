"""Records that were read or written lately, by their bytes."""

from collections.abc import Callable
from typing import Final, Generic, TypeVar

T = TypeVar("T")

_MOST: Final = 256
"""Of each kind, of some kilobytes each; a record is read by each of the few pages that follow."""


class Remembered(Generic[T]):
    """
    Parses a record once while its bytes stay the same: what nobody can change may be shared.

    Whether there is a record, and which, Redis is asked each time.
    """

    def __init__(self, parse: Callable[[bytes | str], T]) -> None:
        self._parse = parse
        self._known: dict[bytes | str, T] = {}

    def read(self, record: bytes | str) -> T:
        """What *record* says."""
        known = self._known.get(record)
        return self.note(record, self._parse(record)) if known is None else known

    def note(self, record: bytes | str, said: T) -> T:
        """Know that *record* says that; returns it."""
        if len(self._known) >= _MOST:
            self._known.clear()  # to parse anew is less than to note who was asked for last
        self._known[record] = said
        return said
