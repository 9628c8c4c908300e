"""Which ways lead to a level that is missing: pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from idp.citizens.model import EvidenceKind
from idp.citizens.rules import VerificationLevel
from idp.interactions.progress import StepUpProgress
from idp.interactions.shortfall import Shortfall
from idp.sessions.model import Authentication
from idp.sessions.rules import TWO_FACTORS


class Way(StrEnum):
    """Something a citizen can do about a level that is missing."""

    SIGN_IN_AGAIN = "sign_in_again"
    """With more factors, which the citizen has."""
    ADD_PASSKEY = "add_passkey"
    CARRIER = "carrier"
    ADD_PHONE = "add_phone"
    """There is no number that a carrier could be asked about."""
    VISIT = "visit"
    ELSEWHERE = "elsewhere"
    """Nothing that can be done here: qualified signatures, VNeID."""


_BY_SMS: Final = "sms"


def ways(
    missing: Shortfall,
    table: Sequence[VerificationLevel],
    *,
    has_phone: bool,
    has_passkey: bool,
) -> tuple[Way, ...]:
    """
    What can be done about *missing*, in the order in which to do it.

    With less than two factors nothing else comes first: whoever holds a device that skips the code
    must not raise anything with it.
    """
    stronger: tuple[Way, ...] = ()
    wanted = missing.authentication_wanted
    if missing.authentication < TWO_FACTORS and (wanted or missing.verification_wanted):
        return (Way.SIGN_IN_AGAIN,)
    if wanted is not None:
        stronger = (Way.SIGN_IN_AGAIN if has_passkey else Way.ADD_PASSKEY,)
    if missing.verification_wanted is None:
        return stronger
    verified = ways_to_level(missing.verification_wanted, table, has_phone=has_phone)
    return verified if verified == (Way.ELSEWHERE,) else (*verified, *stronger)


def ways_to_level(
    wanted: int, table: Sequence[VerificationLevel], *, has_phone: bool
) -> tuple[Way, ...]:
    """What leads to that verification level, or above it, by the evidence that *table* names."""
    kinds = {kind for entry in table if entry.level >= wanted for kind in entry.evidence}
    found = []
    if EvidenceKind.CARRIER_MATCH in kinds:
        found.append(Way.CARRIER if has_phone else Way.ADD_PHONE)
    if EvidenceKind.COUNTER_VISIT in kinds:
        found.append(Way.VISIT)
    return tuple(found) or (Way.ELSEWHERE,)


def next_level(
    reached: VerificationLevel, table: Sequence[VerificationLevel]
) -> VerificationLevel | None:
    """The level above the one that is reached; `None` at the top."""
    above = [entry for entry in table if entry.level > reached.level]
    return min(above, key=lambda entry: entry.level, default=None)


def level_shown(wanted: int, table: Sequence[VerificationLevel]) -> VerificationLevel | None:
    """The entry of *table* that is at least *wanted*; `None` where there is none."""
    enough = [entry for entry in table if entry.level >= wanted]
    return min(enough, key=lambda entry: entry.level, default=None)


def phone_proved(
    progress: StepUpProgress | None,
    authentication: Authentication,
    now: datetime,
    proves_for: timedelta,
) -> bool:
    """
    Whether the citizen is known to hold the phone now.

    By a code of this step-up, or by the one that the sign-in took a moment ago: nobody is asked
    twice.
    """
    moments = [] if progress is None else [progress.possession_proved_at]
    if _BY_SMS in authentication.amr:
        moments.append(authentication.auth_time)
    return any(moment is not None and now - moment < proves_for for moment in moments)
