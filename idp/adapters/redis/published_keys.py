"""Public keys that stand beside the ring's for some minutes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, cast

import orjson
import redis
import structlog

from idp.core.clock import Clock

_KEYS: Final = "published_keys"
_AT_MOST: Final = 20
"""So many at once; the newest stay. The document is everybody's, and must not grow for a few."""

_log = structlog.get_logger(__name__)


class RedisPublishedKeys:
    """Implements `PublishedKeys`: a sorted set, by the moment each ends."""

    def __init__(self, client: redis.Redis, clock: Clock) -> None:
        self._redis = client
        self._clock = clock

    def publish(self, key: Mapping[str, str], until: datetime) -> None:
        """See `PublishedKeys`."""
        with self._redis.pipeline() as pipeline:
            pipeline.zadd(_KEYS, {orjson.dumps(dict(key)): until.timestamp()})
            pipeline.zremrangebyscore(_KEYS, "-inf", self._clock.now().timestamp())
            pipeline.zremrangebyrank(_KEYS, 0, -_AT_MOST - 1)
            pipeline.expireat(_KEYS, until)
            pipeline.execute()

    def current(self) -> Sequence[Mapping[str, str]]:
        """See `PublishedKeys`."""
        now = self._clock.now().timestamp()
        try:
            found = self._redis.zrangebyscore(_KEYS, f"({now}", "+inf")
        except redis.RedisError as error:
            _log.warning("published_keys_unavailable", cause=type(error).__name__)
            return ()
        return [orjson.loads(each) for each in cast("list[bytes]", found)]
