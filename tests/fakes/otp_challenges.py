"""One-time password challenges in memory: an honest double of the port `OtpChallenges`."""

from dataclasses import replace
from datetime import datetime, timedelta
from threading import RLock

from idp.core.clock import Clock
from idp.otp.model import Challenge, ChallengeId, OtpPurpose, SentCode
from idp.statistics.model import Tick
from tests.fakes.expiring import Expiring


class OtpChallengesInMemory:
    """Implements `OtpChallenges`."""

    def __init__(self, clock: Clock) -> None:
        self._lock = RLock()
        self._challenges: Expiring[Challenge] = Expiring(clock)
        self._cooldowns: Expiring[bool] = Expiring(clock)
        self._exhausted: Expiring[int] = Expiring(clock)
        self.counted: list[Tick] = []

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

    def spend(self, challenge_id: ChallengeId) -> bool:
        """See the port."""
        with self._lock:
            return self._challenges.pop(challenge_id) is not None

    def start_cooldown(self, purpose: OtpPurpose, number_index: str, period: timedelta) -> bool:
        """See the port."""
        key = f"{purpose}:{number_index}"
        with self._lock:
            if self._cooldowns.get(key):
                return False
            self._cooldowns.put(key, True, period)
            return True

    def end_cooldown(self, purpose: OtpPurpose, number_index: str) -> None:
        """See the port."""
        with self._lock:
            self._cooldowns.pop(f"{purpose}:{number_index}")

    def cooldown_left(self, purpose: OtpPurpose, number_index: str) -> timedelta:
        """See the port."""
        with self._lock:
            return self._cooldowns.left(f"{purpose}:{number_index}")

    def count_exhausted(self, purpose: OtpPurpose, number_index: str, pause: timedelta) -> None:
        """See the port."""
        key = f"{purpose}:{number_index}"
        with self._lock:
            self._exhausted.put(key, (self._exhausted.get(key) or 0) + 1, pause)

    def exhausted(self, purpose: OtpPurpose, number_index: str) -> tuple[int, timedelta]:
        """See the port."""
        key = f"{purpose}:{number_index}"
        with self._lock:
            return self._exhausted.get(key) or 0, self._exhausted.left(key)

    def start_over(self, purpose: OtpPurpose, number_index: str, counted: Tick) -> None:
        """See the port."""
        with self._lock:
            self.counted.append(counted)
            self._cooldowns.pop(f"{purpose}:{number_index}")
            self._exhausted.pop(f"{purpose}:{number_index}")

    def _changed(self, challenge: Challenge) -> Challenge:
        self._challenges.change(challenge.id, challenge)
        return challenge


class OtpQueue:
    """Keeps what was enqueued, oldest first; implements `OtpDeliveries`."""

    def __init__(self) -> None:
        self.jobs: list[tuple[ChallengeId, int]] = []

    def enqueue(self, challenge_id: ChallengeId, counter: int) -> None:
        """See the port."""
        self.jobs.append((challenge_id, counter))
