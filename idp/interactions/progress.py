"""How far somebody has come on a way that an interaction leads: what it keeps of each."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from idp.citizens.model import CitizenId
from idp.relying_parties.model import ClientId


class StopReason(StrEnum):
    """Why a password is not set now, although a code was right."""

    SIM_CHANGED = "sim_changed"
    NUMBER_RECYCLED = "number_recycled"
    CARRIER_SILENT = "carrier_silent"
    DISPUTED = "disputed"
    HELD = "held"
    WAITING = "waiting"
    """Another phone is to take the lost one's place, and has to wait."""
    OTHER_REQUEST = "other_request"
    """The same is asked for with yet another phone."""
    NOT_MATCHED = "not_matched"
    """No carrier names the person as the other phone's holder."""
    NO_ACCOUNT = "no_account"
    OTHER_PERSON = "other_person"
    """The account with that identity number is somebody else's."""
    CANCELLED_OFTEN = "cancelled_often"
    """Whoever has the account's phone or mail ends each such request: the two disagree."""
    GONE = "gone"
    """The request was cancelled, or is void, or done."""
    REGISTERED = "registered"
    """The other phone is the registered one."""


@dataclass(frozen=True, slots=True)
class RecoveryStop:
    """Where a recovery ends for now; *possible_from*, if known, is when it can go on."""

    reason: StopReason
    possible_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class RecoveryProgress:
    """
    How far a password recovery has come.

    *citizen_id* is `None` where the typed details match nobody: the pages are the same.
    *phone_index* is the blind index, in hex, of the registered phone that a code proved: what is
    proved of a phone is worth nothing once the account's codes go to another.
    *recovery_id* is a recovery by another phone; *begins*: it is being asked for, and the citizen
    is known only after a carrier was asked. *begun_in* and *begun_for* are the interaction, and the
    relying party, in which a recovery that is now completed was asked for.
    *possession_proved_at* is taken away when it is used: one proof, one new password. *stop* is why
    the code was not enough.
    """

    citizen_id: CitizenId | None
    challenge_id: str | None
    phone_index: str | None = None
    recovery_id: str | None = None
    begins: bool = False
    begun_in: str | None = None
    begun_for: ClientId | None = None
    possession_proved_at: datetime | None = None
    stop: RecoveryStop | None = None
    password_changed: bool = False


@dataclass(frozen=True, slots=True)
class StepUpProgress:
    """
    How far asking a citizen's carrier once more has come.

    *possession_proved_at* is when a code showed that the phone is at hand; *outcome* is what the
    carrier said since, or "unavailable" where it did not answer, and *differing* what is known not
    to be as the account has it.
    """

    citizen_id: CitizenId
    challenge_id: str | None = None
    possession_proved_at: datetime | None = None
    outcome: str | None = None
    differing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReactivationProgress:
    """
    How far opening an account that was locked for want of use has come.

    *proved_at* is when the citizen proved to be there, by the right password (at *password_at*) or
    else; *phone_proved_at* when the right code was typed. *amr* is how they sign in after that.
    *outcome* is what the carrier said since, *differing* what is not as the account has it.
    """

    citizen_id: CitizenId
    proved_at: datetime
    amr: tuple[str, ...]
    password_at: datetime | None = None
    challenge_id: str | None = None
    phone_proved_at: datetime | None = None
    outcome: str | None = None
    differing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TakeUp:
    """
    An unfinished enrolment that somebody wants to go on with, from whichever browser.

    *enrolment_id* is `None` where the typed details match nothing that is kept: the pages are the
    same.
    """

    enrolment_id: str | None
    challenge_id: str


@dataclass(frozen=True, slots=True)
class FollowProgress:
    """
    How far a claimant has come on the way to the case; `None` where what was typed is nobody's.

    The pages up to the right code are the same then.
    """

    number: str | None
    challenge_id: str | None
    proved_at: datetime | None = None
