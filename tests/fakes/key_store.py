"""A key store in memory, as strict as the one on disk."""

from dataclasses import replace
from threading import RLock

from idp.signing.model import KeyRing
from idp.signing.ports import Change, KeyStoreUnreadable


class KeysInMemory:
    """A `KeyStore` that can be made unreadable."""

    def __init__(self) -> None:
        self._ring = KeyRing()
        self._lock = RLock()
        self.unreadable: str | None = None
        self.loads = 0
        self.stamps = 0

    def load(self) -> KeyRing:
        self._require_readable()
        self.loads += 1
        return self._ring

    def update(self, change: Change) -> KeyRing:
        with self._lock:
            self._require_readable()
            after = change(self._ring)
            if after != self._ring:
                self._ring = replace(after, version=self._ring.version + 1)
            return self._ring

    def stamp(self) -> int:
        self._require_readable()
        self.stamps += 1
        return self._ring.version

    def _require_readable(self) -> None:
        if self.unreadable:
            raise KeyStoreUnreadable(self.unreadable)
