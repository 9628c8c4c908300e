"""The stored event, and what shows that it was not changed."""

from datetime import date, datetime

from sqlalchemy import JSON, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Base
from idp.db.types import UtcDateTime


class AuditEvent(Base):
    """One security event. Rows are added, never changed."""

    __tablename__ = "audit_event"
    __table_args__ = (Index("ix_audit_event_citizen_at", "citizen_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
    kind: Mapped[str] = mapped_column(String(64))
    citizen_id: Mapped[str | None] = mapped_column(String(36))
    client_id: Mapped[str | None] = mapped_column(String(128))
    details: Mapped[dict[str, object]] = mapped_column(JSON)


class AuditSeal(Base):
    """
    The place of one event in the chain: positions count from 1 without a gap.

    *hash* covers the event, its position and the hash before it (`rules.link`). There is no foreign
    key: a seal has to outlive an event that somebody removes.
    """

    __tablename__ = "audit_seal"

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(unique=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class AuditRoot(Base):
    """
    The chain at the last event of a day, by Vietnam's clock: all of that day stand there or before.

    *dropped_at*: the events up to there were older than they are kept, and went; the chain begins
    after it.
    """

    __tablename__ = "audit_root"

    day: Mapped[date] = mapped_column(primary_key=True)
    position: Mapped[int]
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    dropped_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
