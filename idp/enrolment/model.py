"""An unfinished enrolment: kept, encrypted, so that an outage costs nobody their answers."""

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.carriers.model import CarrierAnswer, ClaimedIdentity
from idp.core.birth_date import BirthDate
from idp.core.full_name import FullName
from idp.core.identity_number import IdentityNumber, IdentityNumberKind
from idp.core.phone_number import PhoneNumber
from idp.db import Base
from idp.db.types import PersonalText, UtcDateTime

PendingEnrolmentId = NewType("PendingEnrolmentId", str)
"""
A handle that belongs to one phone number for good.

Another number makes another pending enrolment, so that a code sent to the first can never speak
for the second, and a job in the queue never finds a number it was not made for.
"""


@dataclass(frozen=True, slots=True)
class ClaimedDetails:
    """What a person says of themself, parsed; nobody has confirmed any of it."""

    identity: ClaimedIdentity
    phone_number: PhoneNumber
    email: str | None


class PendingEnrolment(CarrierAnswer, Base):
    """
    What was typed, and what has been found out about it since.

    *browser* and *typed_in* are digests: of the browser it belongs to, and of the interaction it
    was typed in last. *interaction_id* is the newest interaction it is a part of, which alone gets
    the relying party's answer; of no use without that browser's cookie.

    *revision* counts the changes of what was typed: an answer of a carrier is stored for the
    revision it was asked about, or not at all. *question_owed*: a carrier was asked and none
    answered, so the next question is not counted against the person. *old_number_asked*: the one
    question with an old CMND is spent for this revision; where that matched, the CMND is the
    identity number, and what was typed in its place is *claimed_number*: said, and not confirmed.
    """

    __tablename__ = "pending_enrolment"

    id: Mapped[PendingEnrolmentId] = mapped_column(String(43), primary_key=True)
    browser: Mapped[str] = mapped_column(String(43), index=True)
    typed_in: Mapped[str] = mapped_column(String(43))
    interaction_id: Mapped[str | None] = mapped_column(String(172))
    client_id: Mapped[str | None] = mapped_column(String(128))
    number_text: Mapped[str] = mapped_column(
        "identity_number", PersonalText("pending_enrolment.identity_number")
    )
    identity_number_index: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    name_text: Mapped[str] = mapped_column("full_name", PersonalText("pending_enrolment.full_name"))
    birth_date_text: Mapped[str] = mapped_column(
        "birth_date", PersonalText("pending_enrolment.birth_date")
    )
    phone_text: Mapped[str] = mapped_column(
        "phone_number", PersonalText("pending_enrolment.phone_number")
    )
    phone_number_index: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    claimed_number_text: Mapped[str | None] = mapped_column(
        "claimed_number", PersonalText("pending_enrolment.claimed_number")
    )
    claimed_number_index: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    email: Mapped[str | None] = mapped_column(PersonalText("pending_enrolment.email"))
    notice_version: Mapped[str] = mapped_column(String(32))
    notice_hash: Mapped[str] = mapped_column(String(43))
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
    phone_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    question_owed: Mapped[bool] = mapped_column(default=False)
    old_number_asked: Mapped[bool] = mapped_column(default=False)

    @property
    def claimed_number(self) -> IdentityNumber | None:
        """The number that was typed, where the carrier confirmed an older one in its place."""
        return (
            None if self.claimed_number_text is None else IdentityNumber(self.claimed_number_text)
        )

    @property
    def number_kind(self) -> IdentityNumberKind:
        """Of the identity number that the carrier is asked about."""
        return IdentityNumber(self.number_text).kind

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
            email=self.email,
        )

    def write(self, details: ClaimedDetails, *, identity_number_index: bytes) -> None:
        """Replace what was typed about the person; what was found out about it is void."""
        self.number_text = details.identity.identity_number.value
        self.identity_number_index = identity_number_index
        self.name_text = details.identity.full_name.value
        self.birth_date_text = details.identity.birth_date.isoformat()
        self.email = details.email
        self.claimed_number_text = None
        self.claimed_number_index = None
        self.question_owed = False
        self.old_number_asked = False
        self.revision += 1
        self.forget_outcome()

    def take_old_number(self, old: IdentityNumber, *, index: bytes) -> None:
        """
        Go on with *old*, which the carrier confirmed; what was typed is a claim from now on.

        An answer that is still to come about the typed number finds another revision.
        """
        self.claimed_number_text = self.number_text
        self.claimed_number_index = self.identity_number_index
        self.number_text = old.value
        self.identity_number_index = index
        self.revision += 1
