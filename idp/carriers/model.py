"""What is asked of a carrier, and what comes back."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.core.birth_date import BirthDate
from idp.core.full_name import FullName
from idp.core.identity_number import IdentityNumber
from idp.db.types import UtcDateTime, one_of


@dataclass(frozen=True, slots=True)
class ClaimedIdentity:
    """Who a person says they are, exactly as typed and put right: nothing is proved yet."""

    identity_number: IdentityNumber
    full_name: FullName
    birth_date: BirthDate


class Attribute(StrEnum):
    """The parts of a claimed identity that a carrier compares one by one."""

    IDENTITY_NUMBER = "identity_number"
    FULL_NAME = "full_name"
    BIRTH_DATE = "birth_date"


class Verdict(StrEnum):
    """A carrier's word on one attribute; the values are CAMARA's `MatchResult`."""

    TRUE = "true"
    FALSE = "false"
    NOT_AVAILABLE = "not_available"


@dataclass(frozen=True, slots=True)
class RecordAnswer:
    """
    A carrier's word on each attribute of one question.

    There is deliberately no place for a similarity score: two people called An and Anh score 99.
    """

    identity_number: Verdict
    full_name: Verdict
    birth_date: Verdict


class Outcome(StrEnum):
    """What the carriers' answers come to."""

    MATCH = "match"
    MISMATCH = "mismatch"
    NOT_AVAILABLE = "not_available"
    """The holder's carrier keeps no identity number or no name to compare with."""
    NOT_SUBSCRIBER = "not_subscriber"
    """No carrier serves the number."""


class Spelling(StrEnum):
    """In which spelling a name was put to the carrier."""

    AS_TYPED = "as_typed"
    TONE_VARIANT = "tone_variant"
    ASCII = "ascii"


class Guarded(StrEnum):
    """What a code to a citizen's phone could open to whoever got hold of the SIM."""

    RECOVERY = "recovery"
    PHONE_CHANGE = "phone_change"
    NEW_DEVICE = "new_device"
    NEW_AUTHENTICATOR = "new_authenticator"


class DoubtReason(StrEnum):
    """Why a right code says too little about who holds the phone."""

    SIM_CHANGED = "sim_changed"
    NUMBER_RECYCLED = "number_recycled"
    CARRIER_SILENT = "carrier_silent"


@dataclass(frozen=True, slots=True)
class PhoneDoubt:
    """
    A code that is not enough now.

    *possible_from*, if known, is the latest moment from which a code is enough again.
    """

    reason: DoubtReason
    possible_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class MatchOutcome:
    """The end of one question to the carriers, with what must be kept as evidence of it."""

    outcome: Outcome
    carrier: str | None
    """Who holds the number's record and got the identity; None when nobody serves the number."""
    differing: frozenset[Attribute]
    """What is known to differ; empty unless the outcome is a mismatch."""
    spelling: Spelling | None
    """The spelling that the carrier confirmed; None unless it confirmed the name."""
    attributes: frozenset[Attribute]
    """What the carrier confirmed."""
    reference: str
    """The `x-correlator` of the calls, by which a carrier finds them in its own log."""
    checked_at: datetime
    asked: tuple[str, ...]
    """Who got the number, in order, whatever they answered."""


class CarrierAnswer:
    """What a carrier said of what was typed, in a row: columns of `Base` classes; none: not yet."""

    outcome: Mapped[Outcome | None] = mapped_column(one_of(Outcome))
    carrier: Mapped[str | None] = mapped_column(String(64))
    differing: Mapped[list[str]] = mapped_column(JSON, default=list)
    confirmed: Mapped[list[str]] = mapped_column(JSON, default=list)
    spelling: Mapped[Spelling | None] = mapped_column(one_of(Spelling))
    reference: Mapped[str | None] = mapped_column(String(256))
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    def note_outcome(self, found: MatchOutcome) -> None:
        """Keep what a carrier said."""
        self.outcome = found.outcome
        self.carrier = found.carrier
        self.differing = sorted(found.differing)
        self.confirmed = sorted(found.attributes)
        self.spelling = found.spelling
        self.reference = found.reference
        self.checked_at = found.checked_at

    def forget_outcome(self) -> None:
        """Void what a carrier said."""
        self.outcome = None
        self.carrier = None
        self.differing = []
        self.confirmed = []
        self.spelling = None
        self.reference = None
        self.checked_at = None


@dataclass(frozen=True, slots=True)
class SubscriberCheck:
    """
    How subscribers of one carrier see what it holds about them: a text message to 1414.

    *carrier* is the name people know, *keyword* is the message.
    """

    carrier: str
    keyword: str
