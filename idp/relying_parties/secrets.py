"""Secrets of relying parties: how they are made, kept and compared."""

import hmac
from collections.abc import Iterable
from datetime import datetime

from idp.core.mac import Mac
from idp.relying_parties.model import ClientSecret


class SecretHasher:
    """
    HMAC-SHA-256 under a pepper that the database does not have.

    A secret is 256 random bits, so no slow hash is needed: nobody runs through them.
    """

    def __init__(self, pepper: bytes) -> None:
        self._mac = Mac(pepper)

    def hash(self, secret: str) -> bytes:
        """What is stored of *secret*."""
        return self._mac.of(f"client_secret\0{secret}")

    def matches(self, secret: str, held: Iterable[ClientSecret], at: datetime) -> bool:
        """Whether *secret* is one of those that count at that moment."""
        return self.found(secret, held, at) is not None

    def found(self, secret: str, held: Iterable[ClientSecret], at: datetime) -> ClientSecret | None:
        """Which of those that count at that moment *secret* is; all are compared."""
        hashed = self.hash(secret)
        matching = [
            known
            for known in held
            if hmac.compare_digest(hashed, known.hash)
            and (known.expires_at is None or at < known.expires_at)
        ]
        return matching[0] if matching else None
