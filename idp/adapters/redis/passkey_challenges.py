"""Challenges of passkeys in Redis; gone when they are answered, or after a while."""

import hashlib
from datetime import timedelta
from typing import Final

import redis

from idp.adapters.redis.connection import milliseconds

_LIFETIME: Final = timedelta(minutes=5)
"""As long as a browser waits for the person to touch something (Web Authentication §15.1)."""


class RedisPasskeyChallenges:
    """`passkey_challenge:<SHA-256>`: the place it was made for."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def add(self, challenge: bytes, *, place: str) -> None:
        """Note that *challenge* was handed out."""
        self._redis.set(_key(challenge), place, px=milliseconds(_LIFETIME))

    def spend(self, challenge: bytes, *, place: str) -> bool:
        """Spend it; true for one caller only, and only for the place it was made for."""
        return bool(self._redis.getdel(_key(challenge)) == place.encode())


def _key(challenge: bytes) -> str:
    return f"passkey_challenge:{hashlib.sha256(challenge).hexdigest()}"
