"""A link in a notice, by which whoever gets it says that this was not them."""

from datetime import datetime
from typing import NewType

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.citizens.model import CitizenId
from idp.db import Base
from idp.db.types import UtcDateTime, one_of
from idp.messaging.model import NoticeKind

ReportNumber = NewType("ReportNumber", str)
"""BV-2026-000001: the reference of the hold that the report places; there is no other row."""


class NoticeLink(Base):
    """
    One link, in one message; a report spends it by deleting it.

    *id* is the message's reference, *handle* the digest of what stands in the link.
    """

    __tablename__ = "notice_link"

    id: Mapped[str] = mapped_column(String(43), primary_key=True)
    citizen_id: Mapped[CitizenId] = mapped_column(ForeignKey("citizen.id"), index=True)
    kind: Mapped[NoticeKind] = mapped_column(one_of(NoticeKind))
    handle: Mapped[str] = mapped_column(String(43), unique=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
