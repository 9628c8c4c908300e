"""Single sign-on sessions in Redis, by the digest of the handle, with an index by citizen."""

from datetime import datetime, timedelta
from typing import Final

import orjson
import redis
from pydantic import TypeAdapter

from idp.adapters.redis.connection import milliseconds
from idp.adapters.redis.remembered import Remembered
from idp.citizens.model import CitizenId
from idp.core.clock import Clock
from idp.core.handles import Handle, digest, new_handle
from idp.sessions.model import OpenSession, Session, SessionId

_JSON: Final = TypeAdapter(Session)

_BEGIN: Final = """
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('SADD', KEYS[2], ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[4])
"""
_END: Final = """
local ended = {}
for _, handle in ipairs(ARGV) do
    local raw = redis.call('GETDEL', 'session:' .. handle)
    if raw then table.insert(ended, raw) end
    redis.call('SREM', KEYS[1], handle)
end
return ended
"""

_OF_CITIZEN: Final = """
local open = {}
for _, handle in ipairs(redis.call('SMEMBERS', KEYS[1])) do
    local raw = redis.call('GET', 'session:' .. handle)
    if raw then
        table.insert(open, raw)
        table.insert(open, redis.call('PTTL', 'session:' .. handle))
        table.insert(open, handle)
    else
        redis.call('SREM', KEYS[1], handle)
    end
end
return open
"""
_END_ONE: Final = """
for _, handle in ipairs(redis.call('SMEMBERS', KEYS[1])) do
    local raw = redis.call('GET', 'session:' .. handle)
    if raw and cjson.decode(raw).id == ARGV[1] then
        redis.call('DEL', 'session:' .. handle)
        redis.call('SREM', KEYS[1], handle)
        return raw
    end
end
return false
"""


class RedisSessions:
    """`session:<digest>`: the record, for the idle time; `sessions_of:<citizen>`: their digests."""

    def __init__(
        self, client: redis.Redis, *, idle: timedelta, maximum: timedelta, clock: Clock
    ) -> None:
        self._redis = client
        self._known = Remembered(_JSON.validate_json)
        self._idle = milliseconds(idle)
        self._maximum = maximum
        self._clock = clock
        self._begin = client.register_script(_BEGIN)
        self._end = client.register_script(_END)
        self._of_citizen = client.register_script(_OF_CITIZEN)
        self._end_one = client.register_script(_END_ONE)

    def begin(self, session: Session) -> Handle:
        """Store *session* under a new handle."""
        handle = new_handle()
        index = _index(session.authentication.citizen_id)
        record = orjson.dumps(session)
        self._known.note(record, session)
        self._begin(
            keys=[_key(handle), index],
            args=[
                record,
                self._idle,
                digest(handle),
                milliseconds(self._maximum),
            ],
        )
        return handle

    def find(self, handle: Handle) -> Session | None:
        """The live session; reading it postpones its idle end, never its last one."""
        raw = self._redis.getex(_key(handle), px=self._idle)
        if raw is None:
            return None
        session = self._known.read(raw)
        return None if self._is_over(session) else session

    def is_open(self, handle: Handle) -> bool:
        """Whether nobody has ended it."""
        return bool(self._redis.exists(_key(handle)))

    def end(self, handle: Handle) -> Session | None:
        """End it; the session, for the one caller that ended it."""
        raw = self._redis.getdel(_key(handle))
        if raw is None:
            return None
        session = _JSON.validate_json(raw)
        self._redis.srem(_index(session.authentication.citizen_id), digest(handle))
        return session

    def end_all_of(
        self,
        citizen_id: CitizenId,
        *,
        until: datetime | None = None,
        kept: SessionId | None = None,
    ) -> tuple[SessionId, ...]:
        """
        End every session of a citizen, but *kept* and what was signed in to after *until*.

        What is under a handle never changes, so it is what was looked at that ends.
        """
        index = _index(citizen_id)
        found = self._of_citizen(keys=[index])
        handles = [
            handle
            for raw, handle in zip(found[::3], found[2::3], strict=True)
            if _ends(_JSON.validate_json(raw), until, kept)
        ]
        ended = self._end(keys=[index], args=handles) if handles else ()
        return tuple(_JSON.validate_json(raw).id for raw in ended)

    def of_citizen(self, citizen_id: CitizenId) -> tuple[OpenSession, ...]:
        """The live sessions of a citizen; what is left of its idle time tells when one was seen."""
        found, now = self._of_citizen(keys=[_index(citizen_id)]), self._clock.now()
        open_sessions = [
            OpenSession(
                _JSON.validate_json(raw), now - timedelta(milliseconds=self._idle - int(left))
            )
            for raw, left in zip(found[::3], found[1::3], strict=True)
        ]
        live = [each for each in open_sessions if not self._is_over(each.session)]
        return tuple(sorted(live, key=lambda each: each.last_seen_at, reverse=True))

    def end_one_of(self, citizen_id: CitizenId, session_id: SessionId) -> Session | None:
        """End that session of a citizen."""
        raw = self._end_one(keys=[_index(citizen_id)], args=[session_id])
        return None if raw is None else _JSON.validate_json(raw)

    def _is_over(self, session: Session) -> bool:
        """Whether it has come to its last end, however often it is used."""
        return self._clock.now() - session.authentication.auth_time >= self._maximum


def _ends(session: Session, until: datetime | None, kept: SessionId | None) -> bool:
    if kept is not None and session.id == kept:
        return False
    return until is None or session.authentication.auth_time <= until


def _key(handle: Handle) -> str:
    return f"session:{digest(handle)}"


def _index(citizen_id: CitizenId) -> str:
    return f"sessions_of:{citizen_id}"
