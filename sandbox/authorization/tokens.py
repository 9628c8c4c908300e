"""Access tokens: opaque, short-lived, each good at one carrier for the scopes it was asked for."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from sandbox.clock import Clock
from sandbox.tempers import Carrier

LIFETIME = timedelta(minutes=5)


@dataclass(frozen=True)
class _Granted:
    carrier: Carrier
    scopes: frozenset[str]
    expires_at: datetime


class AccessTokens:
    """The tokens in circulation, in memory; safe to use from several threads."""

    def __init__(self, clock: Clock) -> None:
        """Start with none."""
        self._clock = clock
        self._lock = Lock()
        self._granted: dict[str, _Granted] = {}

    def issue(self, carrier: Carrier, scopes: frozenset[str]) -> str:
        """Return a new token for *scopes* at *carrier*, good for LIFETIME."""
        now = self._clock.now()
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._granted = {
                value: granted
                for value, granted in self._granted.items()
                if granted.expires_at > now
            }
            self._granted[token] = _Granted(carrier, scopes, now + LIFETIME)
        return token

    def scopes_of(self, token: str, carrier: Carrier) -> frozenset[str] | None:
        """Return what *token* allows at *carrier*; None if it is no good there, for any reason."""
        granted = self._granted.get(token)
        if granted is None or granted.carrier is not carrier:
            return None
        return granted.scopes if granted.expires_at > self._clock.now() else None
