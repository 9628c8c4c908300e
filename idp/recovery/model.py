"""A recovery by another phone: what was typed, and, once it is proved, a request that waits."""

from datetime import datetime
from enum import StrEnum
from typing import Any, NewType

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.carriers.model import ClaimedIdentity
from idp.citizens.model import CitizenId
from idp.core.birth_date import BirthDate
from idp.core.full_name import FullName
from idp.core.identity_number import IdentityNumber
from idp.core.phone_number import PhoneNumber
from idp.db import Base
from idp.db.types import PersonalText, UtcDateTime, one_of

PhoneRecoveryId = NewType("PhoneRecoveryId", str)
"""A handle that belongs to one phone number for good, as a pending enrolment's does."""


class RecoveryEnd(StrEnum):
    """How a request ended."""

    CANCELLED = "cancelled"
    COMPLETED = "completed"
    VOID = "void"
    """It can never be completed: the phone is the person's no more, or the account has changed."""


class RecoveryText(StrEnum):
    """What is sent about a request, and to whom; a job carries the name."""

    BEGUN = "begun"
    """To the lost phone: with the link that cancels."""
    BEGUN_MAIL = "begun_mail"
    """The same to the verified address."""
    READY = "ready"
    """To the other phone: the wait is over."""
    CANCELLED = "cancelled"
    """To the other phone."""
    REPLACED = "replaced"
    """To the lost phone: another took its place."""


class PhoneRecovery(Base):
    """
    The wish to recover an account by a phone it does not know.

    First what a person typed, of whom nobody knows whether they have an account. Once the phone is
    proved and a carrier named its holder, it is a request about *citizen_id*: what was typed is
    wiped then, and the phone becomes the account's after *possible_from*, unless somebody opens the
    link (*cancel_handle* is its digest; `None` until it is about to be sent). That moment moves
    with what is sent: it is the earliest until *owner_told_at*, when a gateway took the first text
    with the link, and never comes before that. *former_phone_id*: the
    phone the account had then; with another one in the meantime the request is void. *matched*:
    what the carrier said when its holder came back, which becomes the evidence.
    """

    __tablename__ = "phone_recovery"
    __table_args__ = (
        Index(
            "uq_phone_recovery_open",
            "citizen_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[PhoneRecoveryId] = mapped_column(String(43), primary_key=True)
    interaction_id: Mapped[str] = mapped_column(String(172))
    client_id: Mapped[str | None] = mapped_column(String(128))
    phone_text: Mapped[str] = mapped_column(
        "phone_number", PersonalText("phone_recovery.phone_number")
    )
    phone_number_index: Mapped[bytes] = mapped_column(LargeBinary(32))
    number_text: Mapped[str | None] = mapped_column(
        "identity_number", PersonalText("phone_recovery.identity_number")
    )
    identity_number_index: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    name_text: Mapped[str | None] = mapped_column(
        "full_name", PersonalText("phone_recovery.full_name")
    )
    birth_date_text: Mapped[str | None] = mapped_column(
        "birth_date", PersonalText("phone_recovery.birth_date")
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)

    citizen_id: Mapped[CitizenId | None] = mapped_column(ForeignKey("citizen.id"))
    former_phone_id: Mapped[int | None] = mapped_column(ForeignKey("phone.id"))
    cancel_handle: Mapped[str | None] = mapped_column(String(43), unique=True)
    possible_from: Mapped[datetime | None] = mapped_column(UtcDateTime(), index=True)
    owner_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    matched: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    end: Mapped[RecoveryEnd | None] = mapped_column(one_of(RecoveryEnd))

    @property
    def phone_number(self) -> PhoneNumber:
        """The other phone."""
        return PhoneNumber(self.phone_text)

    @property
    def typed(self) -> ClaimedIdentity | None:
        """Who the person says they are; `None` once that was put to a carrier and found true."""
        if self.number_text is None or self.name_text is None or self.birth_date_text is None:
            return None
        return ClaimedIdentity(
            IdentityNumber(self.number_text),
            FullName(self.name_text),
            BirthDate.from_iso(self.birth_date_text),
        )

    def wait_ends(self, now: datetime) -> datetime | None:
        """From when on it can be completed, as far as that is known: nobody may be told yet."""
        if self.possible_from is None:
            return None
        is_known = self.owner_told_at is not None or now < self.possible_from
        return self.possible_from if is_known else None

    def forget_typed(self) -> None:
        """Wipe what was typed: the account holds it."""
        self.number_text = self.name_text = self.birth_date_text = None
