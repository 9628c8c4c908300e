"""Logout requests in Redis, between a POST and our own GET; sign-outs, between their pages."""

from datetime import timedelta
from typing import Final, Generic, TypeVar

import redis
from pydantic import TypeAdapter

from idp.adapters.redis.connection import milliseconds
from idp.adapters.redis.throttle import RedisThrottle
from idp.core.handles import Handle, digest, new_handle
from idp.interactions.ports import TooManyInteractions
from idp.logout.model import Farewell, LogoutRequest
from idp.throttling.ports import Budget, BudgetSpent, Counted

LIFETIME: Final = timedelta(minutes=15)

_REQUESTS: Final = TypeAdapter(LogoutRequest)
_FAREWELLS: Final = TypeAdapter(Farewell)
_Kept = TypeVar("_Kept")

_KEEP: Final = """
redis.call('SET', KEYS[windows + 1], ARGV[2 * windows + 2], 'PX', ARGV[2 * windows + 3])
"""


class _KeptByHandle(Generic[_Kept]):
    """`<prefix>:<digest>`: a frozen value as JSON."""

    def __init__(
        self,
        client: redis.Redis,
        prefix: str,
        json: TypeAdapter[_Kept],
        *,
        throttle: RedisThrottle,
        budget: Budget,
    ) -> None:
        self._redis = client
        self._keep = throttle.counted(_KEEP)
        self._budget = budget
        self._prefix = prefix
        self._json = json

    def add(self, value: _Kept, *, network: str | None) -> Handle:
        """Keep it, counted where anybody can ask for it; the handle under which it is found."""
        handle = new_handle()
        counted = () if network is None else (Counted(self._budget, (network,)),)
        raw = self._json.dump_json(value)
        try:
            self._keep(*counted, keys=[self._key(handle)], args=[raw, milliseconds(LIFETIME)])
        except BudgetSpent as spent:
            raise TooManyInteractions(spent.budget, spent.retry_after, first=spent.first) from None
        return handle

    def find(self, handle: str) -> _Kept | None:
        """The value, while it is kept."""
        raw = self._redis.get(self._key(handle))
        return None if raw is None else self._json.validate_json(raw)

    def _key(self, handle: str) -> str:
        return f"{self._prefix}:{digest(handle)}"


class RedisStoredLogouts(_KeptByHandle[LogoutRequest]):
    """Implements `StoredLogouts`."""

    def __init__(self, client: redis.Redis, *, throttle: RedisThrottle, budget: Budget) -> None:
        super().__init__(client, "logout", _REQUESTS, throttle=throttle, budget=budget)


class RedisFarewells(_KeptByHandle[Farewell]):
    """Implements `Farewells`."""

    def __init__(self, client: redis.Redis, *, throttle: RedisThrottle, budget: Budget) -> None:
        super().__init__(client, "farewell", _FAREWELLS, throttle=throttle, budget=budget)
