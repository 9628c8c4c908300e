"""Where challenges are kept, how texts get sent, and whose number a challenge is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from idp.core.phone_number import PhoneNumber
from idp.otp.model import Challenge, ChallengeId, OtpPurpose, SentCode
from idp.statistics.model import Tick
from idp.throttling.ports import Counted


@dataclass(frozen=True, slots=True)
class Hindered:
    """
    No text goes to a number for *wait*: another was sent a moment ago.

    *paused*: too many challenges in a row were used up; none is even begun.
    """

    wait: timedelta
    paused: bool = False


class OtpChallenges(Protocol):
    """Challenges; every change is one atomic step."""

    def begin(
        self,
        challenge: Challenge,
        *,
        lifetime: timedelta,
        cooldown: timedelta,
        used_up_before_pause: int,
        counted: Sequence[Counted],
    ) -> Hindered | None:
        """
        Store a new one whose text may be sent: then the number's *cooldown* begins.

        Nothing is stored or counted where that is hindered, or `BudgetSpent` is raised.
        """
        ...

    def add(self, challenge: Challenge, *, lifetime: timedelta) -> None:
        """Store a new one without a text."""
        ...

    def send_again(
        self, challenge: Challenge, *, cooldown: timedelta, counted: Sequence[Counted]
    ) -> Hindered | None:
        """Claim the right to send another text, as `begin` does; pauses hinder it no more."""
        ...

    def find(self, challenge_id: ChallengeId) -> Challenge | None:
        """The challenge as it is now."""
        ...

    def count_attempt(self, challenge_id: ChallengeId) -> Challenge | None:
        """Count one attempt, and return the challenge as it is after that."""
        ...

    def add_code(
        self, challenge_id: ChallengeId, code: SentCode, *, resend_from: datetime
    ) -> Challenge | None:
        """Add a code; the challenge after that."""
        ...

    def note_delivery(self, challenge_id: ChallengeId, *, failed: bool) -> None:
        """Note that a text could not be sent, or could in the end."""
        ...

    def spend(self, challenge: Challenge, counted: Tick) -> bool:
        """
        Remove it; true for one caller only.

        In the same step the number's pauses are forgotten, for possession was proved, and that is
        counted.
        """
        ...

    def count_used_up(self, challenge: Challenge, pause: timedelta) -> None:
        """Note that all attempts of a challenge were used up; it counts for *pause*."""
        ...


class Codes(Protocol):
    """What the codes of a challenge are: told again whenever one is sent or compared."""

    def code(self, challenge_id: ChallengeId, counter: int) -> str:
        """The digits of that challenge and counter."""
        ...


class OtpDeliveries(Protocol):
    """The queue of codes to be sent; a job carries ids only."""

    def enqueue(self, challenge_id: ChallengeId, counter: int) -> None:
        """Have the worker send that code."""
        ...


class Recipients(Protocol):
    """Whose number a challenge is about."""

    def number_of(self, purpose: OtpPurpose, person: str) -> PhoneNumber | None:
        """The number to send to, as it is now."""
        ...
