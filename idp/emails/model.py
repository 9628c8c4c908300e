"""An address that somebody gave, until a link proves that mail to it is read."""

from datetime import datetime
from typing import NewType

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.citizens.model import CitizenId
from idp.db import Base
from idp.db.types import PersonalText, UtcDateTime

EmailVerificationId = NewType("EmailVerificationId", str)


class EmailVerification(Base):
    """
    One question about one address; an answer spends it by deleting it.

    *handle* is the digest of what stands in the link.
    """

    __tablename__ = "email_verification"

    id: Mapped[EmailVerificationId] = mapped_column(String(43), primary_key=True)
    citizen_id: Mapped[CitizenId] = mapped_column(ForeignKey("citizen.id"), index=True)
    address: Mapped[str] = mapped_column(PersonalText("email_verification.address"))
    handle: Mapped[str] = mapped_column(String(43), unique=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
