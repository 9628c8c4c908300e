"""Secrets of relying parties: how they are made, kept and compared."""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

from idp.relying_parties.model import ClientSecret


class SecretHasher:
    """
    HMAC-SHA-256 under a pepper that the database does not have.

    A secret is 256 random bits, so no slow hash is needed: nobody runs through them.
    """

    def __init__(self, pepper: bytes) -> None:
        self._pepper = pepper

    def hash(self, secret: str) -> bytes:
        """What is stored of *secret*."""
        return hmac.digest(self._pepper, f"client_secret\0{secret}".encode(), hashlib.sha256)

    def matches(self, secret: str, held: Iterable[ClientSecret], at: datetime) -> bool:
        """Whether *secret* is one of those that count at that moment; all are compared."""
        hashed = self.hash(secret)
        matching = [
            hmac.compare_digest(hashed, known.hash)
            for known in held
            if known.expires_at is None or at < known.expires_at
        ]
        return any(matching)
