"""Sessions of the console in Redis, by the digest of the handle, with an index by operator."""

from datetime import timedelta
from typing import Final

import redis
from pydantic import TypeAdapter

from idp.adapters.redis.connection import milliseconds
from idp.core.clock import Clock
from idp.core.handles import Handle, digest, new_handle
from idp.operators.model import OperatorName, OperatorSession

_JSON: Final = TypeAdapter(OperatorSession)

_BEGIN: Final = """
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('SADD', KEYS[2], ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[4])
"""
_END_ALL: Final = """
local ended = 0
for _, handle in ipairs(redis.call('SMEMBERS', KEYS[1])) do
    ended = ended + redis.call('DEL', 'operator_session:' .. handle)
end
redis.call('DEL', KEYS[1])
return ended
"""


class RedisOperatorSessions:
    """`operator_session:<digest>`: the record; `operator_sessions_of:<name>`: their digests."""

    def __init__(
        self, client: redis.Redis, *, idle: timedelta, maximum: timedelta, clock: Clock
    ) -> None:
        self._redis = client
        self._idle = milliseconds(idle)
        self._maximum = maximum
        self._clock = clock
        self._begin = client.register_script(_BEGIN)
        self._end_all = client.register_script(_END_ALL)

    def begin(self, session: OperatorSession) -> Handle:
        """Store *session* under a new handle."""
        handle = new_handle()
        self._begin(
            keys=[_key(handle), _index(session.operator)],
            args=[
                _JSON.dump_json(session),
                self._idle,
                digest(handle),
                milliseconds(self._maximum),
            ],
        )
        return handle

    def find(self, handle: Handle) -> OperatorSession | None:
        """The live session; reading it postpones its idle end, never its last one."""
        raw = self._redis.getex(_key(handle), px=self._idle)
        if raw is None:
            return None
        session = _JSON.validate_json(raw)
        is_over = self._clock.now() - session.signed_in_at >= self._maximum
        return None if is_over else session

    def end(self, handle: Handle) -> OperatorSession | None:
        """End it; the session, for the one caller that ended it."""
        raw = self._redis.getdel(_key(handle))
        if raw is None:
            return None
        session = _JSON.validate_json(raw)
        self._redis.srem(_index(session.operator), digest(handle))
        return session

    def end_all_of(self, operator: OperatorName) -> int:
        """End every session of an operator."""
        return int(self._end_all(keys=[_index(operator)]))


def _key(handle: Handle) -> str:
    return f"operator_session:{digest(handle)}"


def _index(operator: OperatorName) -> str:
    return f"operator_sessions_of:{operator}"
