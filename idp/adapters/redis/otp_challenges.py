"""One-time password challenges in Redis: the record, its counter, and the pauses between texts."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import redis
from pydantic import TypeAdapter

from idp.adapters.redis.connection import milliseconds
from idp.adapters.redis.tally import COUNTS, field_of
from idp.otp.model import Challenge, ChallengeId, OtpPurpose, SentCode
from idp.statistics.model import Tick

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
_LOOK_AT_EXHAUSTED: Final = """
return {redis.call('GET', KEYS[1]), redis.call('PTTL', KEYS[1])}
"""
_COUNT_EXHAUSTED: Final = """
local count = redis.call('INCR', KEYS[1])
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return count
"""
_START_OVER: Final = """
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('HINCRBY', KEYS[3], ARGV[1], 1)
"""


class RedisOtpChallenges:
    """`otp:<id>`, `otp_cooldown:<purpose>:<number>`, `otp_exhausted:<purpose>:<number>`."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client
        self._add = client.register_script(_ADD)
        self._look_at_exhausted = client.register_script(_LOOK_AT_EXHAUSTED)
        self._count_attempt = client.register_script(_COUNT_ATTEMPT)
        self._change = client.register_script(_CHANGE)
        self._note_delivery = client.register_script(_NOTE_DELIVERY)
        self._count_exhausted = client.register_script(_COUNT_EXHAUSTED)
        self._start_over = client.register_script(_START_OVER)

    def add(self, challenge: Challenge, *, lifetime: timedelta) -> None:
        """Store a new one."""
        self._add(
            keys=[_key(challenge.id)],
            args=[_JSON.dump_json(challenge), milliseconds(lifetime)],
        )

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
            if self._change(keys=[key], args=[record, _JSON.dump_json(changed)]):
                return self.find(challenge_id)
        return None

    def note_delivery(self, challenge_id: ChallengeId, *, failed: bool) -> None:
        """Note that a text could not be sent, or could in the end."""
        self._note_delivery(keys=[_key(challenge_id)], args=["failed" if failed else "sent"])

    def spend(self, challenge_id: ChallengeId) -> bool:
        """Remove it; true for one caller only."""
        return bool(self._redis.delete(_key(challenge_id)))

    def start_cooldown(self, purpose: OtpPurpose, number_index: str, period: timedelta) -> bool:
        """Claim the right to send one text; true for one caller."""
        return bool(
            self._redis.set(
                _cooldown(purpose, number_index), b"1", nx=True, px=milliseconds(period)
            )
        )

    def end_cooldown(self, purpose: OtpPurpose, number_index: str) -> None:
        """Give it back."""
        self._redis.delete(_cooldown(purpose, number_index))

    def cooldown_left(self, purpose: OtpPurpose, number_index: str) -> timedelta:
        """How long it still lasts."""
        left = int(self._redis.pttl(_cooldown(purpose, number_index)))
        return timedelta(milliseconds=max(0, left))

    def count_exhausted(self, purpose: OtpPurpose, number_index: str, pause: timedelta) -> None:
        """Note that all attempts of a challenge were used up."""
        self._count_exhausted(keys=[_exhausted(purpose, number_index)], args=[milliseconds(pause)])

    def exhausted(self, purpose: OtpPurpose, number_index: str) -> tuple[int, timedelta]:
        """How many challenges were used up lately, and how long that counts."""
        count, left = self._look_at_exhausted(keys=[_exhausted(purpose, number_index)])
        return int(count or 0), timedelta(milliseconds=max(0, int(left)))

    def start_over(self, purpose: OtpPurpose, number_index: str, counted: Tick) -> None:
        """Forget the pause between texts, and what was used up; and count that."""
        self._start_over(
            keys=[_cooldown(purpose, number_index), _exhausted(purpose, number_index), COUNTS],
            args=[field_of(counted)],
        )

    def _read(self, raw: bytes | str, attempts: Any, failed: Any) -> Challenge:  # noqa: ANN401
        stored = _JSON.validate_json(raw)
        return replace(stored, attempts=int(attempts or 0), delivery_failed=failed is not None)


def _key(challenge_id: ChallengeId) -> str:
    return f"otp:{challenge_id}"


def _cooldown(purpose: OtpPurpose, number_index: str) -> str:
    return f"otp_cooldown:{purpose}:{number_index}"


def _exhausted(purpose: OtpPurpose, number_index: str) -> str:
    return f"otp_exhausted:{purpose}:{number_index}"
