"""The thing that is owed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.citizens.model import CitizenId
from idp.db import Base
from idp.db.types import UtcDateTime, one_of
from idp.sessions.model import SessionId

FollowUpId = NewType("FollowUpId", str)


class FollowUpKind(StrEnum):
    """What is to be done."""

    END_SESSIONS = "end_sessions"
    """Every session that began until then, but the one kept, with all that hangs on it."""
    END_SESSION = "end_session"
    """One session, whose name the row has: it is being signed out, by whoever wrote the row."""
    NOTICE = "notice"
    FORMER_PHONE = "former_phone"
    """A text message to the phone that another took the place of: notices reach it no more."""


class FollowUp(Base):
    """
    Something owed to a citizen since *at*; *due_at* is when the worker does it, if nobody has.

    *word* is the reason the sessions end, the kind of the notice, or the recovery that replaced the
    phone. Until it is done, a sign-in of *until* or before counts for nothing: see `store.is_over`.
    """

    __tablename__ = "follow_up"

    id: Mapped[FollowUpId] = mapped_column(String(43), primary_key=True)
    citizen_id: Mapped[CitizenId] = mapped_column(ForeignKey("citizen.id"), index=True)
    kind: Mapped[FollowUpKind] = mapped_column(one_of(FollowUpKind))
    word: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    until: Mapped[datetime | None] = mapped_column(UtcDateTime())
    kept_session: Mapped[SessionId | None] = mapped_column(String(43))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)


@dataclass(frozen=True, slots=True)
class EndOfSessions:
    """Which sessions of a citizen end: those of sign-ins *until* then, but *kept*; and why."""

    citizen_id: CitizenId
    reason: str
    until: datetime
    kept: SessionId | None
