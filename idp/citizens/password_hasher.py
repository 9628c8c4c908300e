"""Hashing passwords with Argon2id, a few at a time (OWASP Password Storage Cheat Sheet)."""

import os
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import BoundedSemaphore

from argon2 import PasswordHasher as Argon2id
from argon2.exceptions import VerifyMismatchError

from idp.core.handles import new_handle


class HasherBusy(Exception):
    """More passwords wait to be hashed than can be within the deadline: try again later."""


class PasswordHasher:
    """
    Argon2id, with at most *hashes_at_once* computed at a time (0: one for each core).

    Each hash needs *memory_kib* KiB, so a rush of sign-ins without a bound ends in the kernel
    killing the process; beyond the bound callers queue for *queue_deadline*.
    """

    def __init__(
        self,
        *,
        memory_kib: int,
        iterations: int,
        parallelism: int,
        hashes_at_once: int,
        queue_deadline: timedelta,
    ) -> None:
        self._argon2 = Argon2id(
            time_cost=iterations, memory_cost=memory_kib, parallelism=parallelism
        )
        self._places = BoundedSemaphore(hashes_at_once or os.cpu_count() or 1)
        self._queue_deadline = queue_deadline
        # Nobody's password at today's cost: an unknown person takes as long as a known one.
        self._dummy = self._argon2.hash(new_handle())

    def hash(self, password: str) -> str:
        """The hash to be stored, with its parameters and salt. Raises `HasherBusy`."""
        with self._place():
            return self._argon2.hash(_composed(password))

    def verify(self, password: str, stored: str | None) -> bool:
        """
        Whether *stored* is a hash of *password*; `None`, for nobody, costs the same and is false.

        Raises `HasherBusy`; `argon2.exceptions.InvalidHashError` where *stored* is no hash.
        """
        with self._place():
            try:
                self._argon2.verify(stored or self._dummy, _composed(password))
            except VerifyMismatchError:
                return False
            return stored is not None

    def needs_rehash(self, stored: str) -> bool:
        """Whether *stored* was made with other parameters than today's."""
        return self._argon2.check_needs_rehash(stored)

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._places.acquire(timeout=self._queue_deadline.total_seconds()):
            raise HasherBusy
        try:
            yield
        finally:
            self._places.release()


def _composed(password: str) -> bytes:
    # One keyboard sends Ộ as one code point, another as three; NFC makes them one password.
    return unicodedata.normalize("NFC", password).encode()
