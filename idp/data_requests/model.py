"""A request about data, and what operators answered."""

from datetime import datetime
from enum import StrEnum
from typing import NewType

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.citizens.model import CitizenId
from idp.db import Base
from idp.db.types import PersonalText, UtcDateTime, one_of

RequestNumber = NewType("RequestNumber", str)
"""What the citizen and operators call a request: YC-2026-000012."""


class RequestKind(StrEnum):
    """What a citizen can ask (Luật 91/2025/QH15, art. 4)."""

    ACCESS = "access"
    CORRECTION = "correction"
    DELETION = "deletion"
    RESTRICTION = "restriction"
    OBJECTION = "objection"
    WITHDRAWAL = "withdrawal"


class RequestState(StrEnum):
    """How far a request is."""

    RECEIVED = "received"
    ANSWERED = "answered"
    """The citizen knows what is going to happen; it is not done."""
    DONE = "done"
    REFUSED = "refused"

    @property
    def is_final(self) -> bool:
        """Whether nothing more comes."""
        return self in {RequestState.DONE, RequestState.REFUSED}


class DataRequest(Base):
    """
    One request; of each kind a citizen has one that is not finished.

    *answer_due* and *done_due* are the first moments that are too late.
    """

    __tablename__ = "data_request"
    __table_args__ = (
        Index(
            "uq_data_request_open",
            "citizen_id",
            "kind",
            unique=True,
            sqlite_where=text("finished_at IS NULL"),
            postgresql_where=text("finished_at IS NULL"),
        ),
    )

    number: Mapped[RequestNumber] = mapped_column(String(32), primary_key=True)
    citizen_id: Mapped[CitizenId] = mapped_column(ForeignKey("citizen.id"), index=True)
    kind: Mapped[RequestKind] = mapped_column(one_of(RequestKind))
    state: Mapped[RequestState] = mapped_column(one_of(RequestState))
    words: Mapped[str] = mapped_column(PersonalText("data_request.words"))
    filed_at: Mapped[datetime] = mapped_column(UtcDateTime())
    answer_due: Mapped[datetime] = mapped_column(UtcDateTime())
    done_due: Mapped[datetime] = mapped_column(UtcDateTime())
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class DataRequestAnswer(Base):
    """What an operator answered, for the citizen to read; *by* is the operator's name."""

    __tablename__ = "data_request_answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[RequestNumber] = mapped_column(ForeignKey("data_request.number"), index=True)
    state: Mapped[RequestState] = mapped_column(one_of(RequestState))
    words: Mapped[str] = mapped_column(PersonalText("data_request_answer.words"))
    by: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(UtcDateTime())
