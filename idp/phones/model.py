"""A number that a citizen wants to add, until a code shows that the phone is at hand."""

from datetime import datetime
from typing import NewType

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.citizens.model import CitizenId
from idp.core.phone_number import PhoneNumber
from idp.db import Base
from idp.db.types import PersonalText, UtcDateTime

PendingPhoneId = NewType("PendingPhoneId", str)


class PendingPhone(Base):
    """One number for one citizen; *challenge_id* is the question whether the phone is at hand."""

    __tablename__ = "pending_phone"

    id: Mapped[PendingPhoneId] = mapped_column(String(36), primary_key=True)
    citizen_id: Mapped[CitizenId] = mapped_column(ForeignKey("citizen.id"), index=True)
    number_text: Mapped[str] = mapped_column("number", PersonalText("pending_phone.number"))
    number_index: Mapped[bytes] = mapped_column(LargeBinary(32))
    challenge_id: Mapped[str | None] = mapped_column(String(43))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)

    @property
    def number(self) -> PhoneNumber:
        """Where the code goes."""
        return PhoneNumber(self.number_text)
