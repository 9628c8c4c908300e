"""Authorization codes and access tokens in Redis, by their digest."""

from collections.abc import Collection
from datetime import timedelta
from typing import Final

import orjson
import redis
from pydantic import TypeAdapter

from idp.adapters.redis.connection import milliseconds
from idp.adapters.redis.remembered import Remembered
from idp.adapters.redis.tally import COUNTS, field_of
from idp.core.clock import Clock
from idp.core.handles import Handle, digest, new_handle
from idp.grants.model import (
    AccessToken,
    AuthorizationCode,
    FamilyId,
    FoundToken,
    FreshToken,
    GrantId,
    Redeemed,
    Replayed,
    Unknown,
)
from idp.relying_parties.model import ClientId
from idp.statistics.model import Tick

_CODE: Final = TypeAdapter(AuthorizationCode)
_TOKEN: Final = TypeAdapter(AccessToken)

REGISTRY_VERSION: Final = "registry_version"

_ADD_CODE: Final = """
redis.call('HSET', KEYS[1],
    'client', ARGV[2], 'grant', ARGV[3], 'record', ARGV[4], 'authorization', ARGV[5])
redis.call('PEXPIRE', KEYS[1], ARGV[1])
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[6])
if ARGV[7] ~= '' then redis.call('HINCRBY', KEYS[3], ARGV[7], 1) end
"""

# RFC 6749 §4.1.2: one use. The code is spent only by the relying party it was issued to (else a
# stranger could burn it), and what is left of it names the grant that a replay has to end. Its
# access token is stored along with that: one question less, and nobody knows its value yet. A
# replay may revoke the grant before the winner of the race is here: see below.
_REDEEM: Final = """
local version = redis.call('GET', KEYS[3]) or '0'
local held = redis.call('HMGET', KEYS[1], 'client', 'grant', 'record', 'authorization')
if held[1] == ARGV[1] then
    redis.call('DEL', KEYS[1])
    local gives_refresh_token = string.find(held[4], '"offline_access"', 1, true)
    local known = gives_refresh_token and ARGV[5] or ARGV[2]
    redis.call('SET', KEYS[2], held[1] .. ' ' .. held[2], 'PX', known)
    if ARGV[3] ~= '' and redis.call('EXISTS', 'revoked:' .. held[2]) == 0 then
        local tokens = 'tokens_of:' .. held[2]
        redis.call('SET', KEYS[4], '{"authorization":' .. held[4] .. ',' .. ARGV[3], 'PX', ARGV[4])
        redis.call('SADD', tokens, KEYS[4])
        redis.call('PEXPIRE', tokens, ARGV[4])
    end
    return {version, 'redeemed', held[3]}
end
local spent = redis.call('GET', KEYS[2])
if spent and string.sub(spent, 1, string.len(ARGV[1]) + 1) == ARGV[1] .. ' ' then
    return {version, 'replayed', string.sub(spent, string.len(ARGV[1]) + 2)}
end
return {version, 'unknown', ''}
"""

# A replay may revoke the grant before the winner of the race has stored its token: the mark left
# by the revocation makes that token stillborn.
_ISSUE: Final = """
if redis.call('EXISTS', KEYS[3]) == 1 then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('SADD', KEYS[2], KEYS[1])
redis.call('PEXPIRE', KEYS[2], ARGV[2])
return 1
"""
_REVOKE: Final = """
for _, token in ipairs(redis.call('SMEMBERS', KEYS[1])) do redis.call('DEL', token) end
redis.call('DEL', KEYS[1])
redis.call('SET', KEYS[2], '1', 'PX', ARGV[1])
"""


_REMEMBERED_FOR: Final = timedelta(minutes=15)
"""How long it is known to whom a code was issued: a portal that is slow learns that it is."""


class RedisAuthorizationCodes:
    """
    `code:<digest>` while it lives; `spent_code:<digest>` as long as what it gave, which may be
    refresh tokens for months.

    `code_of:<digest>` names the relying party a little longer; nothing is decided by it.
    """

    def __init__(
        self,
        client: redis.Redis,
        *,
        lifetime: timedelta,
        token_lifetime: timedelta,
        refresh_lifetime: timedelta,
    ) -> None:
        self._redis = client
        self._known = Remembered(_CODE.validate_json)
        self._lifetime = milliseconds(lifetime)
        self._remembered = milliseconds(lifetime + token_lifetime)
        self._remembered_offline = milliseconds(lifetime + token_lifetime + refresh_lifetime)
        self._add = client.register_script(_ADD_CODE)
        self._redeem = client.register_script(_REDEEM)

    def issue(self, code: AuthorizationCode, counted: Tick | None = None) -> Handle:
        """Store *code* for its lifetime, and count; the value to hand out."""
        value = new_handle()
        hashed = digest(value)
        record = orjson.dumps(code)
        self._known.note(record, code)
        self._add(
            keys=[f"code:{hashed}", f"code_of:{hashed}", COUNTS],
            args=[
                self._lifetime,
                code.authorization.client_id,
                code.authorization.grant_id,
                record,
                orjson.dumps(code.authorization),
                milliseconds(_REMEMBERED_FOR),
                "" if counted is None else field_of(counted),
            ],
        )
        return value

    def issued_to(self, value: str) -> ClientId | None:
        """To whom it was issued lately, whatever became of it."""
        found = self._redis.get(f"code_of:{digest(value)}")
        if found is None:
            return None
        return ClientId(found.decode() if isinstance(found, bytes) else found)

    def redeem(
        self, value: str, client_id: ClientId, *, fresh: FreshToken | None = None
    ) -> Redeemed | Replayed | Unknown:
        """Spend the code, for its relying party and for one caller; store its access token."""
        hashed = digest(value)
        token, times, lifetime = "token:", b"", 1
        if fresh is not None:
            token = f"token:{digest(fresh.value)}"
            # The members of an `AccessToken` that follow its authorization.
            times = orjson.dumps(
                {"issued_at": fresh.issued_at, "expires_at": fresh.expires_at, "family_id": None}
            )[1:]
            lifetime = milliseconds(fresh.expires_at - fresh.issued_at)
        version, what, record = self._redeem(
            keys=[f"code:{hashed}", f"spent_code:{hashed}", REGISTRY_VERSION, token],
            args=[client_id, self._remembered, times, lifetime, self._remembered_offline],
        )
        if what == b"redeemed":
            return Redeemed(self._known.read(record), int(version))
        if what == b"replayed":
            return Replayed(GrantId(record.decode()), int(version))
        return Unknown(int(version))


class RedisAccessTokens:
    """`token:<digest>`, `tokens_of:<owner>`, and `revoked:<owner>` for those still to come."""

    def __init__(
        self,
        client: redis.Redis,
        *,
        lifetime: timedelta,
        code_lifetime: timedelta,
        clock: Clock,
    ) -> None:
        self._redis = client
        self._known = Remembered(_TOKEN.validate_json)
        self._remembered = milliseconds(lifetime + code_lifetime)
        self._clock = clock
        self._issue = client.register_script(_ISSUE)
        self._revoke = client.register_script(_REVOKE)

    def issue(self, token: AccessToken) -> Handle:
        """Store *token* until it expires; the value to hand out."""
        value = new_handle()
        owner = token.hangs_on
        self._issue(
            keys=[f"token:{digest(value)}", f"tokens_of:{owner}", f"revoked:{owner}"],
            args=[
                orjson.dumps(token),
                milliseconds(token.expires_at - self._clock.now()),
            ],
        )
        return value

    def find(self, value: str) -> AccessToken | None:
        """What a token stands for, while it is valid."""
        return self.look_up(value).token

    def look_up(self, value: str) -> FoundToken:
        """The same, and in the same step which registry it is to be judged by."""
        raw, version = self._redis.mget(f"token:{digest(value)}", REGISTRY_VERSION)
        token = None if raw is None else self._known.read(raw)
        if token is not None and token.expires_at <= self._clock.now():
            token = None
        return FoundToken(token, int(version or 0))

    def end(self, value: str) -> None:
        """End one token."""
        self._redis.delete(f"token:{digest(value)}")

    def revoke(self, owners: Collection[GrantId | FamilyId]) -> None:
        """End every access token that hangs on *owners*, those about to be stored included."""
        for owner in owners:
            self._revoke(keys=[f"tokens_of:{owner}", f"revoked:{owner}"], args=[self._remembered])
