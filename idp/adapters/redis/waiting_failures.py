"""Failed requests that wait in Redis until the worker keeps them."""

from collections.abc import Sequence
from typing import Final

import redis
import structlog
from pydantic import TypeAdapter, ValidationError

from idp.adapters.redis.throttle import RedisThrottle
from idp.failures.model import FailedRequest
from idp.throttling.ports import Budget, BudgetSpent, Counted

_JSON: Final = TypeAdapter(FailedRequest)
_LIST: Final = "failed_requests"
_MOST: Final = 10_000
"""Some megabytes: whoever floods us while no worker runs fills this list and no more."""
_NOBODY: Final = ""

_ADD: Final = f"""
if redis.call('LLEN', KEYS[windows + 1]) < {_MOST} then
    redis.call('RPUSH', KEYS[windows + 1], ARGV[2 * windows + 2])
end
"""
_FORGET: Final = """
for _, id in ipairs(ARGV) do
    local oldest = redis.call('LINDEX', KEYS[1], 0)
    if oldest and cjson.decode(oldest).id == id then redis.call('LPOP', KEYS[1]) end
end
"""
_DROP: Final = """
for _, unreadable in ipairs(ARGV) do redis.call('LREM', KEYS[1], 1, unreadable) end
"""

log = structlog.get_logger(__name__)


class RedisWaitingFailures:
    """`failed_requests`: a list of JSON, the oldest first."""

    def __init__(
        self,
        client: redis.Redis,
        *,
        throttle: RedisThrottle,
        per_network: Budget,
        per_relying_party: Budget,
    ) -> None:
        """
        Count each against both budgets.

        Whoever sends wrong requests in the name of a portal hides no others of it: one network
        uses up its own part alone.
        """
        self._redis = client
        self._per_network = per_network
        self._per_relying_party = per_relying_party
        self._add = throttle.counted(_ADD)
        self._forget = client.register_script(_FORGET)
        self._drop = client.register_script(_DROP)

    def add(self, failed: FailedRequest, *, network: str) -> None:
        """Put one in, unless there were too many."""
        whose = failed.client_id or _NOBODY
        try:
            self._add(
                Counted(self._per_network, (whose, network)),
                Counted(self._per_relying_party, (whose,)),
                keys=[_LIST],
                args=[_JSON.dump_json(failed)],
            )
        except BudgetSpent:
            return

    def first(self, limit: int) -> Sequence[FailedRequest]:
        """The oldest ones. What cannot be read is let go: it would keep all others back."""
        found: list[FailedRequest] = []
        unreadable: list[bytes | str] = []
        for raw in self._redis.lrange(_LIST, 0, limit - 1):
            try:
                found.append(_JSON.validate_json(raw))
            except ValidationError:  # its text has what was read
                unreadable.append(raw)
        if unreadable:
            log.error("failures.unreadable", entries=len(unreadable))
            self._drop(keys=[_LIST], args=unreadable)
        return found

    def forget(self, kept: Sequence[FailedRequest]) -> None:
        """Take those out, where they are the oldest ones yet."""
        self._forget(keys=[_LIST], args=[failed.id for failed in kept])
