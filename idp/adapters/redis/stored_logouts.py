"""Logout requests in Redis, between a POST and our own GET."""

from datetime import timedelta
from typing import Final

import redis
from pydantic import TypeAdapter

from idp.adapters.redis.connection import milliseconds
from idp.core.handles import Handle, digest, new_handle
from idp.logout.model import LogoutRequest

LIFETIME: Final = timedelta(minutes=15)


class RedisStoredLogouts:
    """`logout:<digest>`: the checked request as JSON."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client
        self._json = TypeAdapter(LogoutRequest)

    def add(self, request: LogoutRequest) -> Handle:
        """Keep it; the handle under which it is found."""
        handle = new_handle()
        self._redis.set(_key(handle), self._json.dump_json(request), px=milliseconds(LIFETIME))
        return handle

    def find(self, handle: str) -> LogoutRequest | None:
        """The request, while it is kept."""
        raw = self._redis.get(_key(handle))
        return None if raw is None else self._json.validate_json(raw)


def _key(handle: str) -> str:
    return f"logout:{digest(handle)}"
