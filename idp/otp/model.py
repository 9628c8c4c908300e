"""A one-time password challenge: ids, counters and expiries; no secret and no personal data."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NewType

ChallengeId = NewType("ChallengeId", str)

OTHER_CARRIER: Final = "other"
"""Where a number's prefix hints at no carrier we know."""


class OtpPurpose(StrEnum):
    """What a code is for; a code for one purpose proves nothing for another."""

    SIGN_IN = "sign_in"
    ENROLMENT = "enrolment"
    RECOVERY = "recovery"
    OTHER_PHONE = "other_phone"
    """Recovery too, with a phone that the account does not know."""

    @property
    def counted_as(self) -> "OtpPurpose":
        """
        Whose waits and budgets its codes use up.

        Recovery asks either phone from the same page: with limits of their own a stranger could
        tell by a wait which of the two was meant.
        """
        return OtpPurpose.RECOVERY if self is OtpPurpose.OTHER_PHONE else self

    DISPUTE = "dispute"
    DISPUTE_FOLLOWED = "dispute_followed"
    STEP_UP = "step_up"
    PHONE_ADDED = "phone_added"
    REACTIVATION = "reactivation"


@dataclass(frozen=True, slots=True)
class SentCode:
    """One code of a challenge: the HOTP counter it is derived from, and its own end."""

    counter: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Challenge:
    """
    One question "do you hold that phone?".

    *person* is the citizen's id or the pending enrolment's, by purpose; `None` for a blank
    challenge, which looks and counts like any other and can never be met. *number_index* is the
    blind index of the phone number in hex, *carrier* the one its prefix hints at. *attempts* are
    those counted so far.
    """

    id: ChallengeId
    purpose: OtpPurpose
    person: str | None
    number_index: str
    interaction_id: str
    client_id: str | None
    codes: tuple[SentCode, ...]
    resend_from: datetime
    carrier: str = OTHER_CARRIER
    attempts: int = 0
    delivery_failed: bool = False


class Verdict(StrEnum):
    """What a typed code turned out to be."""

    ACCEPTED = "accepted"
    WRONG = "wrong"
    EXPIRED = "expired"
    EXHAUSTED = "exhausted"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Checked:
    """The verdict on a typed code, and how many tries are left."""

    verdict: Verdict
    tries_left: int = 0
