"""One-time password challenges in memory: an honest double of the port `OtpChallenges`."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from threading import RLock

import redis

from idp.adapters.redis.otp_challenges import RedisOtpChallenges
from idp.adapters.redis.throttle import RedisThrottle
from idp.core.clock import Clock
from idp.otp.model import Challenge, ChallengeId, SentCode
from idp.otp.ports import Hindered
from idp.statistics.model import Tick
from idp.throttling.ports import Counted
from tests.fakes.expiring import Expiring
from tests.fakes.throttle import ThrottleInMemory


class OtpChallengesInMemory:
    """Implements `OtpChallenges`."""

    def __init__(self, clock: Clock) -> None:
        self._lock = RLock()
        self._challenges: Expiring[Challenge] = Expiring(clock)
        self._cooldowns: Expiring[bool] = Expiring(clock)
        self._used_up: Expiring[int] = Expiring(clock)
        self._throttle = ThrottleInMemory(clock)
        self.counted: list[Tick] = []

    def begin(
        self,
        challenge: Challenge,
        *,
        lifetime: timedelta,
        cooldown: timedelta,
        used_up_before_pause: int,
        counted: Sequence[Counted],
    ) -> Hindered | None:
        """See the port."""
        with self._lock:
            whose = _whose(challenge)
            if (self._used_up.get(whose) or 0) >= used_up_before_pause:
                return Hindered(self._used_up.left(whose), paused=True)
            hindered = self.send_again(challenge, cooldown=cooldown, counted=counted)
            if hindered is None:
                self.add(challenge, lifetime=lifetime)
            return hindered

    def send_again(
        self, challenge: Challenge, *, cooldown: timedelta, counted: Sequence[Counted]
    ) -> Hindered | None:
        """See the port."""
        with self._lock:
            whose = _whose(challenge)
            if self._cooldowns.get(whose):
                return Hindered(self._cooldowns.left(whose))
            self._throttle.count_in_turn(*counted)
            self._cooldowns.put(whose, True, cooldown)
            return None

    def add(self, challenge: Challenge, *, lifetime: timedelta) -> None:
        """See the port."""
        with self._lock:
            self._challenges.put(challenge.id, challenge, lifetime)

    def find(self, challenge_id: ChallengeId) -> Challenge | None:
        """See the port."""
        with self._lock:
            return self._challenges.get(challenge_id)

    def count_attempt(self, challenge_id: ChallengeId) -> Challenge | None:
        """See the port."""
        with self._lock:
            found = self.find(challenge_id)
            return found and self._changed(replace(found, attempts=found.attempts + 1))

    def add_code(
        self, challenge_id: ChallengeId, code: SentCode, *, resend_from: datetime
    ) -> Challenge | None:
        """See the port."""
        with self._lock:
            found = self.find(challenge_id)
            return found and self._changed(
                replace(
                    found,
                    codes=(*found.codes, code),
                    resend_from=resend_from,
                    delivery_failed=False,
                )
            )

    def note_delivery(self, challenge_id: ChallengeId, *, failed: bool) -> None:
        """See the port."""
        with self._lock:
            found = self.find(challenge_id)
            if found is not None:
                self._changed(replace(found, delivery_failed=failed))

    def spend(self, challenge: Challenge, counted: Tick) -> bool:
        """See the port."""
        with self._lock:
            if self._challenges.pop(challenge.id) is None:
                return False
            self._cooldowns.pop(_whose(challenge))
            self._used_up.pop(_whose(challenge))
            self.counted.append(counted)
            return True

    def count_used_up(self, challenge: Challenge, pause: timedelta) -> None:
        """See the port."""
        with self._lock:
            whose = _whose(challenge)
            self._used_up.put(whose, (self._used_up.get(whose) or 0) + 1, pause)

    def _changed(self, challenge: Challenge) -> Challenge:
        self._challenges.change(challenge.id, challenge)
        return challenge


def _whose(challenge: Challenge) -> str:
    return f"{challenge.purpose.counted_as}:{challenge.number_index}"


def redis_challenges(client: redis.Redis) -> RedisOtpChallenges:
    """The same in Redis, where no network is exempt."""
    return RedisOtpChallenges(client, RedisThrottle(client, exempt_networks=()))


class OtpQueue:
    """Keeps what was enqueued, oldest first; implements `OtpDeliveries`."""

    def __init__(self) -> None:
        self.jobs: list[tuple[ChallengeId, int]] = []

    def enqueue(self, challenge_id: ChallengeId, counter: int) -> None:
        """See the port."""
        self.jobs.append((challenge_id, counter))
