"""Challenges of passkeys in memory: an honest double of the port `PasskeyChallenges`."""

from datetime import timedelta

from idp.core.clock import Clock
from tests.fakes.expiring import Expiring

LIFETIME = timedelta(minutes=5)


class PasskeyChallengesInMemory:
    """Implements `PasskeyChallenges`."""

    def __init__(self, clock: Clock) -> None:
        self._places: Expiring[str] = Expiring(clock)

    def add(self, challenge: bytes, *, place: str) -> None:
        """See the port."""
        self._places.put(challenge.hex(), place, LIFETIME)

    def spend(self, challenge: bytes, *, place: str) -> bool:
        """See the port."""
        return self._places.pop(challenge.hex()) == place
