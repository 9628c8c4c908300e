"""Hashing passwords with Argon2id, a few at a time (OWASP Password Storage Cheat Sheet)."""

import os
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import BoundedSemaphore
from typing import Final

from nacl.exceptions import InvalidkeyError
from nacl.pwhash import argon2id

from idp.core.handles import new_handle

_PARAMETERS: Final = re.compile(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=1\$")


class HasherBusy(Exception):
    """More passwords wait to be hashed than can be within the deadline: try again later."""


class PasswordHasher:
    """
    Argon2id, with at most *hashes_at_once* computed at a time (0: one for each core).

    Computed by libsodium, which takes the widest instructions of the machine it runs on: half the
    time of a library that was compiled for every machine. It knows one lane (p=1) alone.

    Each hash needs *memory_kib* KiB, so a rush of sign-ins without a bound ends in the kernel
    killing the process; beyond the bound callers queue for *queue_deadline*.
    """

    def __init__(
        self,
        *,
        memory_kib: int,
        iterations: int,
        hashes_at_once: int,
        queue_deadline: timedelta,
    ) -> None:
        self._memory_kib = memory_kib
        self._iterations = iterations
        self._places = BoundedSemaphore(hashes_at_once or os.cpu_count() or 1)
        self._queue_deadline = queue_deadline
        # Nobody's password at today's cost: an unknown person takes as long as a known one.
        self._dummy = self._hash(new_handle())

    def hash(self, password: str) -> str:
        """The hash to be stored, with its parameters and salt. Raises `HasherBusy`."""
        with self._place():
            return self._hash(password)

    def verify(self, password: str, stored: str | None) -> bool:
        """
        Whether *stored* is a hash of *password*; `None`, for nobody, costs the same and is false.

        Raises `HasherBusy`.
        """
        with self._place():
            try:
                argon2id.verify((stored or self._dummy).encode("ascii"), _composed(password))
            except InvalidkeyError:
                return False
            return stored is not None

    def needs_rehash(self, stored: str) -> bool:
        """Whether *stored* was made with other parameters than today's."""
        made = _PARAMETERS.match(stored)
        today = (str(self._memory_kib), str(self._iterations))
        return made is None or made.groups() != today

    def _hash(self, password: str) -> str:
        return argon2id.str(
            _composed(password), opslimit=self._iterations, memlimit=self._memory_kib * 1024
        ).decode("ascii")

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
