"""A delivery: one logout token for one relying party, and how far it has come."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.citizens.model import CitizenId
from idp.db import Base
from idp.db.types import UtcDateTime, one_of
from idp.relying_parties.model import ClientId
from idp.sessions.model import SessionId

DeliveryId = NewType("DeliveryId", str)


class DeliveryState(StrEnum):
    """How far a delivery has come; all but the first are its end."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    """The relying party refused it, or has no address any more: another try changes nothing."""
    GAVE_UP = "gave_up"


class LogoutDelivery(Base):
    """
    One row of the outbox; it owns the number of attempts and the time of the next.

    *next_attempt_at* is also the lease: whoever takes the row moves it on first, so that a worker
    that dies in between costs a minute and not the message. `None` once there is an end.
    """

    __tablename__ = "logout_delivery"
    __table_args__ = (
        Index("ix_logout_delivery_due", "state", "next_attempt_at"),
        Index("ix_logout_delivery_session", "session_id"),
        Index("ix_logout_delivery_created", "created_at"),
    )

    id: Mapped[DeliveryId] = mapped_column(String(43), primary_key=True)
    citizen_id: Mapped[CitizenId] = mapped_column(ForeignKey("citizen.id"))
    client_id: Mapped[ClientId] = mapped_column(String(128))
    session_id: Mapped[SessionId] = mapped_column(String(43))
    sid: Mapped[str] = mapped_column(String(43))
    sub: Mapped[str] = mapped_column(String(64))
    jti: Mapped[str] = mapped_column(String(43))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    state: Mapped[DeliveryState] = mapped_column(one_of(DeliveryState))
    attempts: Mapped[int]
    next_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    last_error: Mapped[str | None] = mapped_column(String(32))
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


@dataclass(frozen=True, slots=True)
class Reached:
    """A relying party that a session reached."""

    client_id: ClientId
    session_id: SessionId


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is this worker's to send, once; *attempts* counts the one it is for."""

    id: DeliveryId
    citizen_id: CitizenId
    client_id: ClientId
    sid: str
    sub: str
    jti: str
    created_at: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one attempt; *next_attempt_at* is set while there will be another."""

    state: DeliveryState
    error: str | None = None
    next_attempt_at: datetime | None = None
