"""A complaint while it is written, and the case that comes of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from sqlalchemy import ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.carriers.model import CarrierAnswer, ClaimedIdentity
from idp.citizens.model import CitizenId
from idp.core.birth_date import BirthDate
from idp.core.full_name import FullName
from idp.core.identity_number import IdentityNumber
from idp.core.phone_number import PhoneNumber
from idp.db import Base
from idp.db.types import PersonalText, UtcDateTime, one_of

ComplaintId = NewType("ComplaintId", str)
"""A handle that belongs to one phone number for good, as a pending enrolment's does."""

CaseNumber = NewType("CaseNumber", str)
"""What both sides and operators call a case: KN-2026-000123."""


class DisputeStatus(StrEnum):
    """How far a case is."""

    RECEIVED = "received"
    IN_PROGRESS = "in_progress"
    MORE_NEEDED = "more_needed"
    RESOLVED = "resolved"


class DisputeOutcome(StrEnum):
    """What two operators can decide."""

    KEEP = "keep"
    TRANSFER = "transfer"
    CLOSE = "close"


class Side(StrEnum):
    """Who stands in a case."""

    CLAIMANT = "claimant"
    HOLDER = "holder"


class StepKind(StrEnum):
    """What happened in a case; every kind is seen by both sides."""

    FILED = "filed"
    HOLDER_ANSWERED = "holder_answered"
    HOLDER_CONFIRMED = "holder_confirmed"
    """The holder's carrier names the holder as the subscriber of the account's phone."""
    HOLDER_NOT_CONFIRMED = "holder_not_confirmed"
    MORE_ASKED = "more_asked"
    CLAIMANT_ADDED = "claimant_added"
    EXTENDED = "extended"
    DECIDED_ONCE = "decided_once"
    """One operator has decided; the other one is to come, and what it was is not told."""
    DECIDED_ANEW = "decided_anew"
    """Two operators decided differently: both decisions are void."""
    KEPT = "kept"
    TRANSFERRED = "transferred"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class ClaimedDetails:
    """What a claimant says of themself, parsed, and what happened in their own words."""

    identity: ClaimedIdentity
    phone_number: PhoneNumber
    story: str


class Complaint(CarrierAnswer, Base):
    """
    What was typed so far, and what has been found out about it since.

    *browser* is the digest of the browser it belongs to. *revision* counts the changes of what was
    typed: an answer of a carrier is stored for the revision it was asked about, or not at all.
    *question_owed*: a carrier was asked and none answered, so the next question is not counted.
    """

    __tablename__ = "complaint"

    id: Mapped[ComplaintId] = mapped_column(String(43), primary_key=True)
    browser: Mapped[str] = mapped_column(String(43))
    client_id: Mapped[str | None] = mapped_column(String(128))
    number_text: Mapped[str] = mapped_column(
        "identity_number", PersonalText("complaint.identity_number")
    )
    identity_number_index: Mapped[bytes] = mapped_column(LargeBinary(32))
    name_text: Mapped[str] = mapped_column("full_name", PersonalText("complaint.full_name"))
    birth_date_text: Mapped[str] = mapped_column("birth_date", PersonalText("complaint.birth_date"))
    phone_text: Mapped[str] = mapped_column("phone_number", PersonalText("complaint.phone_number"))
    phone_number_index: Mapped[bytes] = mapped_column(LargeBinary(32))
    story: Mapped[str] = mapped_column(PersonalText("complaint.story"))
    revision: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
    phone_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    question_owed: Mapped[bool] = mapped_column(default=False)

    @property
    def details(self) -> ClaimedDetails:
        """What was typed."""
        return ClaimedDetails(
            identity=ClaimedIdentity(
                IdentityNumber(self.number_text),
                FullName(self.name_text),
                BirthDate.from_iso(self.birth_date_text),
            ),
            phone_number=PhoneNumber(self.phone_text),
            story=self.story,
        )

    def write(self, details: ClaimedDetails, *, identity_number_index: bytes) -> None:
        """Replace what was typed; what a carrier said about another person is void."""
        self.number_text = details.identity.identity_number.value
        self.identity_number_index = identity_number_index
        self.name_text = details.identity.full_name.value
        self.birth_date_text = details.identity.birth_date.isoformat()
        self.story = details.story
        self.question_owed = False
        self.revision += 1
        self.forget_outcome()


class Dispute(Base):
    """
    A case between a claimant, who proved phone and identity, and the holder of an account.

    *holder_until* ends the holder's time to answer. *ended_at* is when both sides were told, and
    nothing of a former holder's could be used any more; until then the worker tries.
    """

    __tablename__ = "dispute"
    __table_args__ = (
        # A claimant who sends the same complaint twice has one case.
        Index(
            "uq_dispute_open",
            "identity_number_index",
            "phone_number_index",
            unique=True,
            sqlite_where=text("resolved_at IS NULL"),
            postgresql_where=text("resolved_at IS NULL"),
        ),
    )

    number: Mapped[CaseNumber] = mapped_column(String(16), primary_key=True)
    status: Mapped[DisputeStatus] = mapped_column(one_of(DisputeStatus))
    outcome: Mapped[DisputeOutcome | None] = mapped_column(one_of(DisputeOutcome))
    citizen_id: Mapped[CitizenId] = mapped_column(ForeignKey("citizen.id"), index=True)
    client_id: Mapped[str | None] = mapped_column(String(128))
    number_text: Mapped[str] = mapped_column(
        "identity_number", PersonalText("dispute.identity_number")
    )
    identity_number_index: Mapped[bytes] = mapped_column(LargeBinary(32))
    name_text: Mapped[str] = mapped_column("full_name", PersonalText("dispute.full_name"))
    birth_date_text: Mapped[str] = mapped_column("birth_date", PersonalText("dispute.birth_date"))
    phone_text: Mapped[str] = mapped_column("phone_number", PersonalText("dispute.phone_number"))
    phone_number_index: Mapped[bytes] = mapped_column(LargeBinary(32))
    story: Mapped[str] = mapped_column(PersonalText("dispute.story"))
    carrier: Mapped[str | None] = mapped_column(String(64))
    reference: Mapped[str | None] = mapped_column(String(256))
    filed_at: Mapped[datetime] = mapped_column(UtcDateTime())
    holder_until: Mapped[datetime] = mapped_column(UtcDateTime())
    holder_answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    @property
    def identity(self) -> ClaimedIdentity:
        """The person who claims the number, as a carrier confirmed them."""
        return ClaimedIdentity(
            IdentityNumber(self.number_text),
            FullName(self.name_text),
            BirthDate.from_iso(self.birth_date_text),
        )

    @property
    def phone_number(self) -> PhoneNumber:
        """Where the claimant is reached."""
        return PhoneNumber(self.phone_text)

    @property
    def is_open(self) -> bool:
        """Whether it waits for a decision."""
        return self.resolved_at is None


class DisputeStep(Base):
    """
    One thing that happened in a case. Rows are added, never changed.

    *words* are somebody's own, for the one side they were written to, or by, and for operators;
    *by* is an operator's name, or the side.
    """

    __tablename__ = "dispute_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[CaseNumber] = mapped_column(ForeignKey("dispute.number"), index=True)
    kind: Mapped[StepKind] = mapped_column(one_of(StepKind))
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    by: Mapped[str] = mapped_column(String(32))
    words: Mapped[str | None] = mapped_column(PersonalText("dispute_step.words"))
    words_for: Mapped[Side | None] = mapped_column(one_of(Side))
    until: Mapped[datetime | None] = mapped_column(UtcDateTime())


class DisputeVote(Base):
    """What one operator decided; *void* after another decided differently."""

    __tablename__ = "dispute_vote"
    __table_args__ = (
        Index(
            "uq_dispute_vote_standing",
            "number",
            "by",
            unique=True,
            sqlite_where=text("void = 0"),
            postgresql_where=text("NOT void"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[CaseNumber] = mapped_column(ForeignKey("dispute.number"))
    by: Mapped[str] = mapped_column(String(32))
    outcome: Mapped[DisputeOutcome] = mapped_column(one_of(DisputeOutcome))
    reason: Mapped[str] = mapped_column(PersonalText("dispute_vote.reason"))
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    void: Mapped[bool] = mapped_column(default=False)
