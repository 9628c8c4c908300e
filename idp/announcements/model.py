"""An announcement, whom it names, and the mails it becomes."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from idp.core.email_address import EmailAddress
from idp.db import Base
from idp.db.types import PersonalText, UtcDateTime, one_of
from idp.operators.model import OperatorName
from idp.relying_parties.model import ClientId

AnnouncementId = NewType("AnnouncementId", str)


class Audience(StrEnum):
    """Whom an announcement is for."""

    EVERYBODY = "everybody"
    SANDBOX = "sandbox"
    PRODUCTION = "production"
    NAMED = "named"


class Announcement(Base):
    """
    What was announced, in both languages; its text never changes, but it can be taken back.

    *mails*: to how many contacts it was to be sent; how many of them got it, and how many never
    will, is counted when their mails leave the outbox.
    """

    __tablename__ = "announcement"

    id: Mapped[AnnouncementId] = mapped_column(String(36), primary_key=True)
    audience: Mapped[Audience] = mapped_column(one_of(Audience))
    title_vi: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(120))
    text_vi: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
    by: Mapped[OperatorName] = mapped_column(String(32))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    mails: Mapped[int] = mapped_column(default=0)
    mails_sent: Mapped[int] = mapped_column(default=0)
    mails_given_up: Mapped[int] = mapped_column(default=0)


class AnnouncementAddressee(Base):
    """A relying party that an announcement names; one for all of a kind names none."""

    __tablename__ = "announcement_addressee"

    announcement_id: Mapped[AnnouncementId] = mapped_column(
        ForeignKey("announcement.id"), primary_key=True
    )
    client_id: Mapped[ClientId] = mapped_column(
        ForeignKey("relying_party.client_id"), primary_key=True
    )


class AnnouncementMail(Base):
    """A mail to one contact that is still to be sent; with the row the address is let go."""

    __tablename__ = "announcement_mail"

    id: Mapped[str] = mapped_column(String(43), primary_key=True)
    announcement_id: Mapped[AnnouncementId] = mapped_column(
        ForeignKey("announcement.id"), index=True
    )
    address: Mapped[str] = mapped_column(PersonalText("announcement_mail.address"))
    attempts: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    next_attempt_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)


@dataclass(frozen=True, slots=True)
class ClaimedMail:
    """A mail that one worker sends now."""

    id: str
    announcement_id: AnnouncementId
    address: EmailAddress
    attempts: int
    created_at: datetime
