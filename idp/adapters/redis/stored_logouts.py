"""Logout requests in Redis, between a POST and our own GET; sign-outs, between their pages."""

from datetime import timedelta
from typing import Final, Generic, TypeVar

import redis
from pydantic import TypeAdapter

from idp.adapters.redis.connection import milliseconds
from idp.core.handles import Handle, digest, new_handle
from idp.logout.model import Farewell, LogoutRequest

LIFETIME: Final = timedelta(minutes=15)

_REQUESTS: Final = TypeAdapter(LogoutRequest)
_FAREWELLS: Final = TypeAdapter(Farewell)
_Kept = TypeVar("_Kept")


class _KeptByHandle(Generic[_Kept]):
    """`<prefix>:<digest>`: a frozen value as JSON."""

    def __init__(self, client: redis.Redis, prefix: str, json: TypeAdapter[_Kept]) -> None:
        self._redis = client
        self._prefix = prefix
        self._json = json

    def add(self, value: _Kept) -> Handle:
        """Keep it; the handle under which it is found."""
        handle = new_handle()
        raw = self._json.dump_json(value)
        self._redis.set(self._key(handle), raw, px=milliseconds(LIFETIME))
        return handle

    def find(self, handle: str) -> _Kept | None:
        """The value, while it is kept."""
        raw = self._redis.get(self._key(handle))
        return None if raw is None else self._json.validate_json(raw)

    def _key(self, handle: str) -> str:
        return f"{self._prefix}:{digest(handle)}"


class RedisStoredLogouts(_KeptByHandle[LogoutRequest]):
    """Implements `StoredLogouts`."""

    def __init__(self, client: redis.Redis) -> None:
        super().__init__(client, "logout", _REQUESTS)


class RedisFarewells(_KeptByHandle[Farewell]):
    """Implements `Farewells`."""

    def __init__(self, client: redis.Redis) -> None:
        super().__init__(client, "farewell", _FAREWELLS)
