"""Public keys that stand beside the ring's for some minutes."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, cast

import orjson
import redis
import structlog

from idp.core.clock import Clock

_KEYS: Final = "published_keys"
_AT_MOST: Final = 20
"""So many at once; the newest stay. The document is everybody's, and must not grow for a few."""

_HELD: Final = timedelta(seconds=0.1)
"""So long a process serves what it found."""

_log = structlog.get_logger(__name__)


class RedisPublishedKeys:
    """
    Implements `PublishedKeys`: a sorted set, by the moment each ends.

    The JWKS is served from memory: a process looks for such keys ten times a second at most.
    Whoever publishes one waits as long before signing with it, so that no portal is told by another
    process that there is none.
    """

    def __init__(
        self, client: redis.Redis, clock: Clock, *, wait: Callable[[float], object] = time.sleep
    ) -> None:
        """*wait* lets so many seconds pass."""
        self._redis = client
        self._clock = clock
        self._wait = wait
        self._current: Sequence[Mapping[str, str]] = ()
        self._look_again = datetime.min.replace(tzinfo=UTC)

    def publish(self, key: Mapping[str, str], until: datetime) -> None:
        """See `PublishedKeys`."""
        now = self._clock.now()
        with self._redis.pipeline() as pipeline:
            pipeline.zadd(_KEYS, {orjson.dumps(dict(key)): until.timestamp()})
            pipeline.zremrangebyscore(_KEYS, "-inf", now.timestamp())
            pipeline.zremrangebyrank(_KEYS, 0, -_AT_MOST - 1)
            pipeline.expireat(_KEYS, until)
            pipeline.execute()
        self._look_again = now
        self._wait(_HELD.total_seconds())

    def current(self) -> Sequence[Mapping[str, str]]:
        """See `PublishedKeys`."""
        now = self._clock.now()
        if now >= self._look_again:
            # In this order: until it was looked for, every thread looks for itself.
            self._current = self._found(now)
            self._look_again = now + _HELD
        return self._current

    def _found(self, now: datetime) -> Sequence[Mapping[str, str]]:
        try:
            found = self._redis.zrangebyscore(_KEYS, f"({now.timestamp()}", "+inf")
        except redis.RedisError as error:
            _log.warning("published_keys_unavailable", cause=type(error).__name__)
            return ()
        return [orjson.loads(each) for each in cast("list[bytes]", found)]
