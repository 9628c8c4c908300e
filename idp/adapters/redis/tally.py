"""Counting in Redis: one hash, which the worker takes away."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

import redis
import structlog

from idp.core.handles import new_short_id
from idp.statistics.model import HourlyCount, Measure, Tick
from idp.statistics.ports import Batch
from idp.statistics.rules import is_whole

COUNTS: Final = "counts"
_TAKEN: Final = "counts:taken"
_ID: Final = b"id"
_HOUR: Final = 3600
_BETWEEN: Final = "\n"  # in no client_id, error or name of ours

_TAKE: Final = """
if redis.call('EXISTS', KEYS[2]) == 0 then
    if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
    redis.call('RENAME', KEYS[1], KEYS[2])
    redis.call('HSET', KEYS[2], 'id', ARGV[1])
end
return redis.call('HGETALL', KEYS[2])
"""
_FORGET: Final = """
if redis.call('HGET', KEYS[1], 'id') == ARGV[1] then redis.call('DEL', KEYS[1]) end
"""

log = structlog.get_logger(__name__)


def field_of(tick: Tick) -> str:
    """The field of `COUNTS` that a tick is counted in, for scripts that count besides."""
    hour = int(tick.at.timestamp()) // _HOUR
    return _BETWEEN.join((str(hour), tick.measure, tick.client_id, tick.detail))


class RedisTally:
    """`counts`, and `counts:taken` while the worker moves them; both ends."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client
        self._take = client.register_script(_TAKE)
        self._forget = client.register_script(_FORGET)

    def count(self, tick: Tick) -> None:
        """Count one. What cannot be counted is not."""
        try:
            self._redis.hincrby(COUNTS, field_of(tick), 1)
        except redis.RedisError:
            return

    def take(self) -> Batch | None:
        """Take what was counted away; what cannot be read is let go with it."""
        found: list[bytes] = self._take(keys=[COUNTS, _TAKEN], args=[new_short_id()])
        if not found:
            return None
        members = dict(zip(found[::2], found[1::2], strict=True))
        return Batch(members.pop(_ID).decode(), list(_counts(members)))

    def forget(self, batch: Batch) -> None:
        """Forget that batch."""
        self._forget(keys=[_TAKEN], args=[batch.id])


def _counts(members: dict[bytes, bytes]) -> Iterable[HourlyCount]:
    unreadable = 0
    for field, number in members.items():
        try:
            count = _count_of(field, number)
        except (ValueError, OverflowError, OSError):  # the last two for an hour that is none
            count = None
        if count is not None and is_whole(count):
            yield count
        else:
            unreadable += 1
    if unreadable:
        log.error("statistics.unreadable", entries=unreadable)


def _count_of(field: bytes, number: bytes) -> HourlyCount:
    hour, measure, client_id, detail = field.decode().split(_BETWEEN)
    return HourlyCount(
        Measure(measure),
        client_id,
        detail,
        datetime.fromtimestamp(int(hour) * _HOUR, UTC),
        int(number),
    )
