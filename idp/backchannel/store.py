"""Queries on the outbox; none of them commits."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from idp.backchannel.model import (
    Claimed,
    DeliveryId,
    DeliveryState,
    LogoutDelivery,
    Outcome,
)
from idp.citizens.model import CitizenId
from idp.core.handles import new_handle
from idp.relying_parties.model import ClientId
from idp.sessions.model import SessionId

CLOCK_SKEW: Final = timedelta(seconds=5)


def add(
    session: Session,
    *,
    citizen_id: CitizenId,
    client_id: ClientId,
    session_id: SessionId,
    sid: str,
    sub: str,
    at: datetime,
) -> DeliveryId:
    """Put a delivery into the outbox, due at once: by a clock that is a little behind, too."""
    delivery_id = DeliveryId(new_handle())
    session.connection().execute(
        insert(LogoutDelivery).values(
            id=delivery_id,
            citizen_id=citizen_id,
            client_id=client_id,
            session_id=session_id,
            sid=sid,
            sub=sub,
            jti=new_handle(),
            created_at=at,
            state=DeliveryState.PENDING,
            attempts=0,
            next_attempt_at=at - CLOCK_SKEW,
        )
    )
    return delivery_id


def due(session: Session, now: datetime, *, limit: int) -> Sequence[DeliveryId]:
    """
    The deliveries whose time has come: each relying party's longest overdue, then its next.

    By turns, so that the thousands which one dead relying party leaves behind push out none of
    another's.
    """
    turn = func.row_number().over(
        partition_by=LogoutDelivery.client_id, order_by=LogoutDelivery.next_attempt_at
    )
    waiting = (
        select(LogoutDelivery.id, LogoutDelivery.next_attempt_at, turn.label("turn"))
        .where(
            LogoutDelivery.state == DeliveryState.PENDING,
            LogoutDelivery.next_attempt_at <= now,
        )
        .subquery()
    )
    statement = (
        select(waiting.c.id).order_by(waiting.c.turn, waiting.c.next_attempt_at).limit(limit)
    )
    return session.execute(statement).scalars().all()


def client_waiting_for(session: Session, delivery_id: DeliveryId) -> ClientId | None:
    """Whom a delivery is for, while there is something to deliver."""
    statement = select(LogoutDelivery.client_id).where(
        LogoutDelivery.id == delivery_id, LogoutDelivery.state == DeliveryState.PENDING
    )
    return session.execute(statement).scalar_one_or_none()


def claim(
    session: Session, delivery_id: DeliveryId, now: datetime, *, lease: timedelta
) -> Claimed | None:
    """
    Take a delivery that is due, for *lease*; `None` for all but one of those who try.

    One statement: the row is locked, the condition is read again under the lock, and the attempt
    is counted before it is made.
    """
    statement = (
        update(LogoutDelivery)
        .where(
            LogoutDelivery.id == delivery_id,
            LogoutDelivery.state == DeliveryState.PENDING,
            LogoutDelivery.next_attempt_at <= now,
        )
        .values(attempts=LogoutDelivery.attempts + 1, next_attempt_at=now + lease)
        .returning(
            LogoutDelivery.id,
            LogoutDelivery.citizen_id,
            LogoutDelivery.client_id,
            LogoutDelivery.sid,
            LogoutDelivery.sub,
            LogoutDelivery.jti,
            LogoutDelivery.created_at,
            LogoutDelivery.attempts,
        )
        .execution_options(synchronize_session=False)
    )
    row = session.execute(statement).one_or_none()
    return None if row is None else Claimed(**row._asdict())


def settle(session: Session, claimed: Claimed, outcome: Outcome, at: datetime) -> bool:
    """
    Note what became of an attempt; false where another worker's attempt has decided it.

    A confirmation counts whenever it comes; anything else only from the one who holds the row.
    """
    confirmed = outcome.state is DeliveryState.DELIVERED
    statement = (
        update(LogoutDelivery)
        .where(LogoutDelivery.id == claimed.id, LogoutDelivery.state == DeliveryState.PENDING)
        .values(
            state=outcome.state,
            last_error=outcome.error,
            next_attempt_at=outcome.next_attempt_at,
            delivered_at=at if confirmed else None,
        )
        .execution_options(synchronize_session=False)
    )
    if not confirmed:
        statement = statement.where(LogoutDelivery.attempts == claimed.attempts)
    return bool(session.connection().execute(statement).rowcount)


def states_of_session(session: Session, session_id: SessionId) -> dict[ClientId, DeliveryState]:
    """How far the deliveries of an ended session have come, by relying party."""
    statement = select(LogoutDelivery.client_id, LogoutDelivery.state).where(
        LogoutDelivery.session_id == session_id
    )
    return {row.client_id: row.state for row in session.execute(statement)}


def latest(session: Session, *, client_id: ClientId | None, limit: int) -> Iterable[LogoutDelivery]:
    """The newest deliveries, of one relying party or of all."""
    statement = select(LogoutDelivery).order_by(LogoutDelivery.created_at.desc()).limit(limit)
    if client_id is not None:
        statement = statement.where(LogoutDelivery.client_id == client_id)
    return session.execute(statement).scalars()


def count_unconfirmed(session: Session, since: datetime) -> int:
    """How many sign-outs, begun since then, a relying party will not be told of any more."""
    return session.execute(
        select(func.count())
        .select_from(LogoutDelivery)
        .where(
            LogoutDelivery.created_at >= since,
            LogoutDelivery.state.in_((DeliveryState.FAILED, DeliveryState.GAVE_UP)),
        )
    ).scalar_one()


def forget(session: Session, before: datetime) -> int:
    """Drop what ended and was created before that moment; how many rows that were."""
    statement = (
        delete(LogoutDelivery)
        .where(
            LogoutDelivery.created_at < before,
            LogoutDelivery.state != DeliveryState.PENDING,
        )
        .execution_options(synchronize_session=False)
    )
    return int(session.connection().execute(statement).rowcount)
