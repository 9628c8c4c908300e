"""One-time password challenges in Redis: the record, its counter, and the pauses between texts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
import redis
from pydantic import TypeAdapter

from idp.adapters.redis.connection import milliseconds
from idp.adapters.redis.remembered import Remembered
from idp.adapters.redis.tally import COUNTS, field_of
from idp.adapters.redis.throttle import RedisThrottle
from idp.otp.model import Challenge, ChallengeId, SentCode
from idp.otp.ports import Hindered
from idp.statistics.model import Tick
from idp.throttling.ports import Counted

_JSON: Final = TypeAdapter(Challenge)

# Attempts are a field of their own: counting is one command, and no compare-and-set can lose one.
_COUNT_ATTEMPT: Final = """
if redis.call('EXISTS', KEYS[1]) == 0 then return false end
local attempts = redis.call('HINCRBY', KEYS[1], 'attempts', 1)
local failed = redis.call('HGET', KEYS[1], 'failed')
return {redis.call('HGET', KEYS[1], 'record'), attempts, failed}
"""
_CHANGE: Final = """
if redis.call('HGET', KEYS[1], 'record') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'record', ARGV[2])
redis.call('HDEL', KEYS[1], 'failed')
return 1
"""
_NOTE_DELIVERY: Final = """
if redis.call('EXISTS', KEYS[1]) == 0 then return end
if ARGV[1] == 'failed' then
    redis.call('HSET', KEYS[1], 'failed', '1')
else
    redis.call('HDEL', KEYS[1], 'failed')
end
"""
_ADD: Final = """
redis.call('HSET', KEYS[1], 'record', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
"""
# Of a text: KEYS are its number's cool-down and count of what was used up, and the challenge.
_UNLESS_PAUSED: Final = """
local used_up = redis.call('GET', KEYS[windows + 2]) or '0'
if tonumber(used_up) >= tonumber(ARGV[2 * windows + 3]) then
    return {'paused', redis.call('PTTL', KEYS[windows + 2])}
end
"""
_UNLESS_COOLING: Final = """
local left = redis.call('PTTL', KEYS[windows + 1])
if left >= 0 then return {'cooling', left} end
"""
_COOL: Final = """
redis.call('SET', KEYS[windows + 1], '1', 'PX', ARGV[2 * windows + 2])
"""
_STORE: Final = """
redis.call('HSET', KEYS[windows + 3], 'record', ARGV[2 * windows + 4])
redis.call('PEXPIRE', KEYS[windows + 3], ARGV[2 * windows + 5])
"""
_SPEND: Final = """
if redis.call('DEL', KEYS[1]) == 0 then return 0 end
redis.call('DEL', KEYS[2], KEYS[3])
redis.call('HINCRBY', KEYS[4], ARGV[1], 1)
return 1
"""
_COUNT_USED_UP: Final = """
local count = redis.call('INCR', KEYS[1])
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return count
"""


class RedisOtpChallenges:
    """`otp:<id>`, `otp_cooldown:<purpose>:<number>`, `otp_exhausted:<purpose>:<number>`."""

    def __init__(self, client: redis.Redis, throttle: RedisThrottle) -> None:
        self._redis = client
        self._known = Remembered(_JSON.validate_json)
        self._begin = throttle.counted(_COOL + _STORE, unless=_UNLESS_PAUSED + _UNLESS_COOLING)
        self._send_again = throttle.counted(_COOL, unless=_UNLESS_COOLING)
        self._add = client.register_script(_ADD)
        self._count_attempt = client.register_script(_COUNT_ATTEMPT)
        self._change = client.register_script(_CHANGE)
        self._note_delivery = client.register_script(_NOTE_DELIVERY)
        self._spend = client.register_script(_SPEND)
        self._count_used_up = client.register_script(_COUNT_USED_UP)

    def begin(
        self,
        challenge: Challenge,
        *,
        lifetime: timedelta,
        cooldown: timedelta,
        used_up_before_pause: int,
        counted: Sequence[Counted],
    ) -> Hindered | None:
        """Store a new one whose text may be sent. Raises `BudgetSpent`."""
        record = orjson.dumps(challenge)
        self._known.note(record, challenge)
        return _hindered(
            self._begin(
                *counted,
                keys=[_cooldown(challenge), _used_up(challenge), _key(challenge.id)],
                args=[
                    milliseconds(cooldown),
                    used_up_before_pause,
                    record,
                    milliseconds(lifetime),
                ],
            )
        )

    def add(self, challenge: Challenge, *, lifetime: timedelta) -> None:
        """Store a new one without a text."""
        self._add(
            keys=[_key(challenge.id)],
            args=[orjson.dumps(challenge), milliseconds(lifetime)],
        )

    def send_again(
        self, challenge: Challenge, *, cooldown: timedelta, counted: Sequence[Counted]
    ) -> Hindered | None:
        """Claim the right to send another text. Raises `BudgetSpent`."""
        keys, args = [_cooldown(challenge)], [milliseconds(cooldown)]
        return _hindered(self._send_again(*counted, keys=keys, args=args))

    def find(self, challenge_id: ChallengeId) -> Challenge | None:
        """The challenge as it is now."""
        raw, attempts, failed = self._redis.hmget(
            _key(challenge_id), ["record", "attempts", "failed"]
        )
        return None if raw is None else self._read(raw, attempts, failed)

    def count_attempt(self, challenge_id: ChallengeId) -> Challenge | None:
        """Count one attempt, and return the challenge as it is after that."""
        found = self._count_attempt(keys=[_key(challenge_id)])
        return None if found is None else self._read(*found)

    def add_code(
        self, challenge_id: ChallengeId, code: SentCode, *, resend_from: datetime
    ) -> Challenge | None:
        """Add a code; the challenge after that."""
        key = _key(challenge_id)
        while (record := self._redis.hget(key, "record")) is not None:
            stored = _JSON.validate_json(record)
            changed = replace(stored, codes=(*stored.codes, code), resend_from=resend_from)
            if self._change(keys=[key], args=[record, orjson.dumps(changed)]):
                return self.find(challenge_id)
        return None

    def note_delivery(self, challenge_id: ChallengeId, *, failed: bool) -> None:
        """Note that a text could not be sent, or could in the end."""
        self._note_delivery(keys=[_key(challenge_id)], args=["failed" if failed else "sent"])

    def spend(self, challenge: Challenge, counted: Tick) -> bool:
        """Remove it, and its number's pauses, and count that; true for one caller only."""
        return bool(
            self._spend(
                keys=[_key(challenge.id), _cooldown(challenge), _used_up(challenge), COUNTS],
                args=[field_of(counted)],
            )
        )

    def count_used_up(self, challenge: Challenge, pause: timedelta) -> None:
        """Note that all attempts of a challenge were used up."""
        self._count_used_up(keys=[_used_up(challenge)], args=[milliseconds(pause)])

    def _read(self, raw: bytes | str, attempts: Any, failed: Any) -> Challenge:  # noqa: ANN401
        stored = self._known.read(raw)
        if not attempts and failed is None:
            return stored  # as it was stored: with neither
        return replace(stored, attempts=int(attempts or 0), delivery_failed=failed is not None)


def _key(challenge_id: ChallengeId) -> str:
    return f"otp:{challenge_id}"


def _cooldown(challenge: Challenge) -> str:
    return f"otp_cooldown:{challenge.purpose.counted_as}:{challenge.number_index}"


def _used_up(challenge: Challenge) -> str:
    return f"otp_exhausted:{challenge.purpose.counted_as}:{challenge.number_index}"


def _hindered(answer: list[Any] | None) -> Hindered | None:
    if answer is None:
        return None
    what, left = answer
    return Hindered(timedelta(milliseconds=max(0, int(left))), paused=what == b"paused")
