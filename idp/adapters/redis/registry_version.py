"""The registry's version in Redis; protocol scripts return it beside their answers."""

import redis

from idp.adapters.redis.grants import REGISTRY_VERSION


class RedisRegistryVersion:
    """`registry_version`: a counter without an end of life."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def current(self) -> int:
        """The number now; nought before the first change."""
        return int(self._redis.get(REGISTRY_VERSION) or 0)

    def require(self) -> None:
        """See `RegistryVersion`."""
        self._redis.ping()

    def bump(self) -> None:
        """Raise it."""
        self._redis.incr(REGISTRY_VERSION)
