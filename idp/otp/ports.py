"""Where challenges are kept, how texts get sent, and whose number a challenge is about."""

from datetime import datetime, timedelta
from typing import Protocol

from idp.core.phone_number import PhoneNumber
from idp.otp.model import Challenge, ChallengeId, OtpPurpose, SentCode
from idp.statistics.model import Tick


class OtpChallenges(Protocol):
    """Challenges; every change is one atomic step."""

    def add(self, challenge: Challenge, *, lifetime: timedelta) -> None:
        """Store a new one."""
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

    def spend(self, challenge_id: ChallengeId) -> bool:
        """Remove it; true for one caller only."""
        ...

    def start_cooldown(self, purpose: OtpPurpose, number_index: str, period: timedelta) -> bool:
        """Claim the right to send one text to the number for that purpose; true for one caller."""
        ...

    def end_cooldown(self, purpose: OtpPurpose, number_index: str) -> None:
        """Give it back: the code could not be sent."""
        ...

    def cooldown_left(self, purpose: OtpPurpose, number_index: str) -> timedelta:
        """How long it still lasts."""
        ...

    def count_exhausted(self, purpose: OtpPurpose, number_index: str, pause: timedelta) -> None:
        """Note that all attempts of a challenge were used up."""
        ...

    def exhausted(self, purpose: OtpPurpose, number_index: str) -> tuple[int, timedelta]:
        """How many challenges were used up lately, and how long that counts."""
        ...

    def start_over(self, purpose: OtpPurpose, number_index: str, counted: Tick) -> None:
        """
        Forget the pause between texts, and what was used up: possession was proved.

        That is counted in the same step.
        """
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
