"""Single sign-on sessions in Redis, by the digest of the handle, with an index by citizen."""

from datetime import timedelta
from typing import Final

import redis
from pydantic import TypeAdapter

from idp.adapters.redis.connection import milliseconds
from idp.citizens.model import CitizenId
from idp.core.clock import Clock
from idp.core.handles import Handle, digest, new_handle
from idp.sessions.model import Session, SessionId

_JSON: Final = TypeAdapter(Session)

_END_ALL: Final = """
local ended = {}
for _, handle in ipairs(redis.call('SMEMBERS', KEYS[1])) do
    local raw = redis.call('GETDEL', 'session:' .. handle)
    if raw then table.insert(ended, raw) end
end
redis.call('DEL', KEYS[1])
return ended
"""


class RedisSessions:
    """`session:<digest>`: the record, for the idle time; `sessions_of:<citizen>`: their digests."""

    def __init__(
        self, client: redis.Redis, *, idle: timedelta, maximum: timedelta, clock: Clock
    ) -> None:
        self._redis = client
        self._idle = milliseconds(idle)
        self._maximum = maximum
        self._clock = clock
        self._end_all = client.register_script(_END_ALL)

    def begin(self, session: Session) -> Handle:
        """Store *session* under a new handle."""
        handle = new_handle()
        index = _index(session.authentication.citizen_id)
        with self._redis.pipeline() as pipeline:
            pipeline.set(_key(handle), _JSON.dump_json(session), px=self._idle)
            pipeline.sadd(index, digest(handle))
            pipeline.pexpire(index, milliseconds(self._maximum))
            pipeline.execute()
        return handle

    def find(self, handle: Handle) -> Session | None:
        """The live session; reading it postpones its idle end, never its last one."""
        raw = self._redis.getex(_key(handle), px=self._idle)
        if raw is None:
            return None
        session = _JSON.validate_json(raw)
        if self._clock.now() - session.authentication.auth_time >= self._maximum:
            return None
        return session

    def end(self, handle: Handle) -> Session | None:
        """End it; the session, for the one caller that ended it."""
        raw = self._redis.getdel(_key(handle))
        if raw is None:
            return None
        session = _JSON.validate_json(raw)
        self._redis.srem(_index(session.authentication.citizen_id), digest(handle))
        return session

    def end_all_of(self, citizen_id: CitizenId) -> tuple[SessionId, ...]:
        """End every session of a citizen."""
        ended = self._end_all(keys=[_index(citizen_id)])
        return tuple(_JSON.validate_json(raw).id for raw in ended)


def _key(handle: Handle) -> str:
    return f"session:{digest(handle)}"


def _index(citizen_id: CitizenId) -> str:
    return f"sessions_of:{citizen_id}"
