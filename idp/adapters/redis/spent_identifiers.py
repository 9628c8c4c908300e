"""Identifiers that are good once, in Redis, by their digest."""

from datetime import datetime
from typing import Final

import redis

from idp.adapters.redis.connection import milliseconds
from idp.adapters.redis.grants import REGISTRY_VERSION
from idp.core.clock import Clock
from idp.core.handles import digest
from idp.grants.model import Spent

_SPEND: Final = """
local version = redis.call('GET', KEYS[2]) or '0'
local first = redis.call('SET', KEYS[1], '1', 'NX', 'PX', ARGV[1])
return {version, first and 1 or 0}
"""


class RedisSpentIdentifiers:
    """`spent_id:<digest>`: a jti, with the name of whoever made it."""

    def __init__(self, client: redis.Redis, clock: Clock) -> None:
        self._redis = client
        self._clock = clock
        self._spend = client.register_script(_SPEND)

    def spend(self, identifier: str, until: datetime) -> Spent:
        """Spend *identifier*; it is remembered until that moment."""
        version, first = self._spend(
            keys=[f"spent_id:{digest(identifier)}", REGISTRY_VERSION],
            args=[milliseconds(until - self._clock.now())],
        )
        return Spent(bool(first), int(version))

    def is_spent(self, identifier: str) -> bool:
        """Whether it has been spent."""
        return bool(self._redis.exists(f"spent_id:{digest(identifier)}"))
