"""A visit to a counter: who is expected there, and by which code."""

from datetime import datetime
from enum import StrEnum
from typing import NewType

from sqlalchemy import ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.citizens.model import CitizenId
from idp.db import Base
from idp.db.types import UtcDateTime

VisitId = NewType("VisitId", str)
"""A random UUID: the code is made of it, by a key that the database does not hold."""


class DocumentKind(StrEnum):
    """What a citizen shows at the counter."""

    IDENTITY_CARD = "identity_card"
    """Căn cước, or the CCCD of before."""
    PASSPORT = "passport"


class CounterVisit(Base):
    """
    A code that was given out. Open until *closed_at*: confirmed, or replaced after its end.

    The code itself is nowhere; *code_index* is its blind index.
    """

    __tablename__ = "counter_visit"
    __table_args__ = (
        Index(
            "uq_counter_visit_code",
            "code_index",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index(
            "uq_counter_visit_citizen",
            "citizen_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[VisitId] = mapped_column(String(36), primary_key=True)
    citizen_id: Mapped[CitizenId] = mapped_column(ForeignKey("citizen.id"))
    code_index: Mapped[bytes] = mapped_column(LargeBinary(32))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
