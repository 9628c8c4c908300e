"""Queries on recoveries by another phone; none of them commits."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    and_,
    case,
    delete,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from idp.citizens.model import CitizenId, Phone
from idp.core.phone_number import PhoneNumber
from idp.db.types import UtcDateTime
from idp.recovery.model import PhoneRecovery, PhoneRecoveryId, RecoveryEnd


@dataclass(frozen=True, slots=True)
class Taken:
    """A request that is completed: by one caller, which does the rest."""

    citizen_id: CitizenId
    phone_number: PhoneNumber
    phone_number_index: bytes
    identity_number_index: bytes
    former_phone_id: int | None
    matched: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Correspondents:
    """Whom a request concerns, and when it can be completed."""

    citizen_id: CitizenId
    other: PhoneNumber
    former: PhoneNumber | None
    possible_from: datetime
    end: RecoveryEnd | None
    ended_at: datetime | None


def typed(session: Session, recovery_id: PhoneRecoveryId, now: datetime) -> PhoneRecovery | None:
    """What was typed, before it has become a request."""
    return session.execute(
        select(PhoneRecovery).where(
            PhoneRecovery.id == recovery_id,
            PhoneRecovery.citizen_id.is_(None),
            PhoneRecovery.expires_at > now,
        )
    ).scalar_one_or_none()


def waiting(session: Session, recovery_id: PhoneRecoveryId, now: datetime) -> PhoneRecovery | None:
    """The request, while it stands."""
    return session.execute(
        select(PhoneRecovery).where(PhoneRecovery.id == recovery_id, _stands(now))
    ).scalar_one_or_none()


def waiting_of(session: Session, citizen_id: CitizenId, now: datetime) -> PhoneRecovery | None:
    """The one request that stands about a citizen's account."""
    return session.execute(
        select(PhoneRecovery).where(PhoneRecovery.citizen_id == citizen_id, _stands(now))
    ).scalar_one_or_none()


def waiting_for(
    session: Session, identity_number: bytes, phone_number: bytes, now: datetime
) -> PhoneRecoveryId | None:
    """The request that was begun with both numbers."""
    return session.execute(
        select(PhoneRecovery.id).where(
            PhoneRecovery.identity_number_index == identity_number,
            PhoneRecovery.phone_number_index == phone_number,
            _stands(now),
        )
    ).scalar_one_or_none()


def cancellable(session: Session, handle: str, now: datetime) -> PhoneNumber | None:
    """The phone of the request that the link with that digest cancels."""
    number = session.execute(
        select(PhoneRecovery.phone_text).where(PhoneRecovery.cancel_handle == handle, _stands(now))
    ).scalar_one_or_none()
    return None if number is None else PhoneNumber(number)


def number_of(session: Session, recovery_id: str) -> PhoneNumber | None:
    """Where the one-time passwords of a recovery by another phone go."""
    number = session.execute(
        select(PhoneRecovery.phone_text).where(PhoneRecovery.id == recovery_id)
    ).scalar_one_or_none()
    return None if number is None else PhoneNumber(number)


def correspondents(session: Session, recovery_id: PhoneRecoveryId) -> Correspondents | None:
    """Whom to tell of a request."""
    row = session.execute(
        select(PhoneRecovery, Phone.number)
        .outerjoin(Phone, Phone.id == PhoneRecovery.former_phone_id)
        .where(PhoneRecovery.id == recovery_id)
    ).one_or_none()
    if row is None:
        return None
    recovery, former = row
    if recovery.citizen_id is None or recovery.possible_from is None:
        return None
    return Correspondents(
        recovery.citizen_id,
        recovery.phone_number,
        None if former is None else PhoneNumber(former),
        recovery.possible_from,
        recovery.end,
        recovery.ended_at,
    )


def cancel(
    session: Session, handle: str, now: datetime
) -> tuple[PhoneRecoveryId, CitizenId] | None:
    """End the request that the link with that digest cancels; one caller does."""
    row = session.execute(
        update(PhoneRecovery)
        .where(PhoneRecovery.cancel_handle == handle, _stands(now))
        .values(ended_at=now, end=RecoveryEnd.CANCELLED)
        .returning(PhoneRecovery.id, PhoneRecovery.citizen_id)
    ).one_or_none()
    return None if row is None or row.citizen_id is None else (row.id, row.citizen_id)


def cancelled_of(session: Session, citizen_id: CitizenId, now: datetime) -> int:
    """How many requests about that account were cancelled, of those that would last yet."""
    return session.execute(
        select(func.count()).where(
            PhoneRecovery.citizen_id == citizen_id,
            PhoneRecovery.end == RecoveryEnd.CANCELLED,
            PhoneRecovery.expires_at > now,
        )
    ).scalar_one()


def make_cancellable(session: Session, recovery_id: PhoneRecoveryId, handle: str) -> None:
    """Let the link with that digest cancel the request: its owner is told of it next."""
    session.execute(
        update(PhoneRecovery)
        .where(PhoneRecovery.id == recovery_id, PhoneRecovery.cancel_handle.is_(None))
        .values(cancel_handle=handle)
    )


def note_owner_told(
    session: Session,
    recovery_id: PhoneRecoveryId,
    now: datetime,
    *,
    possible_from: datetime,
    expires_at: datetime,
) -> None:
    """Note that a text with the link was sent; neither moment is sooner than those given."""
    session.execute(
        update(PhoneRecovery)
        .where(PhoneRecovery.id == recovery_id, _stands(now))
        .values(
            owner_told_at=func.coalesce(PhoneRecovery.owner_told_at, now),
            possible_from=_later(PhoneRecovery.possible_from, possible_from),
            expires_at=_later(PhoneRecovery.expires_at, expires_at),
        )
    )


def not_cancellable(session: Session, now: datetime, *, at_most: int) -> Sequence[PhoneRecoveryId]:
    """The requests whose owners nobody was asked to tell."""
    return (
        session.execute(
            select(PhoneRecovery.id)
            .where(_stands(now), PhoneRecovery.cancel_handle.is_(None))
            .order_by(PhoneRecovery.created_at)
            .limit(at_most)
        )
        .scalars()
        .all()
    )


def note_match(
    session: Session, recovery_id: PhoneRecoveryId, matched: dict[str, Any], now: datetime
) -> bool:
    """Keep what a carrier said of the other phone today; false where the request ended."""
    result = session.execute(
        update(PhoneRecovery)
        .where(PhoneRecovery.id == recovery_id, _stands(now))
        .values(matched=matched)
    )
    return cast("CursorResult[object]", result).rowcount == 1


def make_void(session: Session, recovery_id: PhoneRecoveryId, now: datetime) -> None:
    """End a request that can never be completed, so that another one can be made."""
    session.execute(
        update(PhoneRecovery)
        .where(PhoneRecovery.id == recovery_id, _stands(now))
        .values(ended_at=now, end=RecoveryEnd.VOID)
    )


def complete(session: Session, recovery_id: PhoneRecoveryId, now: datetime) -> Taken | None:
    """
    End a request whose time has come and whose phone a carrier confirmed; one caller does.

    Never one that its owner could not have cancelled, for as long as the wait is.
    """
    row = session.execute(
        update(PhoneRecovery)
        .where(
            PhoneRecovery.id == recovery_id,
            _stands(now),
            PhoneRecovery.possible_from <= now,
            PhoneRecovery.cancel_handle.is_not(None),
            PhoneRecovery.owner_told_at.is_not(None),
            PhoneRecovery.matched.is_not(None),
        )
        .values(ended_at=now, end=RecoveryEnd.COMPLETED)
        .returning(
            PhoneRecovery.citizen_id,
            PhoneRecovery.phone_text,
            PhoneRecovery.phone_number_index,
            PhoneRecovery.identity_number_index,
            PhoneRecovery.former_phone_id,
            PhoneRecovery.matched,
        )
    ).one_or_none()
    if row is None:
        return None
    citizen_id, number, phone_index, identity_index, former_phone_id, matched = row
    return Taken(
        citizen_id, PhoneNumber(number), phone_index, identity_index, former_phone_id, matched
    )


def due(session: Session, now: datetime, *, at_most: int) -> Sequence[PhoneRecoveryId]:
    """The requests whose wait is over, and whose phone has not been told."""
    return (
        session.execute(
            select(PhoneRecovery.id)
            .where(
                _stands(now),
                PhoneRecovery.possible_from <= now,
                PhoneRecovery.owner_told_at.is_not(None),
                PhoneRecovery.told_at.is_(None),
            )
            .order_by(PhoneRecovery.possible_from)
            .limit(at_most)
        )
        .scalars()
        .all()
    )


def note_told(session: Session, told: Collection[PhoneRecoveryId], now: datetime) -> None:
    """Note that their phones were told."""
    session.execute(update(PhoneRecovery).where(PhoneRecovery.id.in_(told)).values(told_at=now))


def forget_expired(session: Session, now: datetime) -> int:
    """Delete what was kept long enough; how many that were."""
    result = session.execute(delete(PhoneRecovery).where(PhoneRecovery.expires_at <= now))
    return cast("CursorResult[object]", result).rowcount


def forget_expired_of(session: Session, citizen_id: CitizenId, now: datetime) -> None:
    """Make room for a new request about a citizen's account."""
    session.execute(
        delete(PhoneRecovery).where(
            PhoneRecovery.citizen_id == citizen_id, PhoneRecovery.expires_at <= now
        )
    )


def _later(column: InstrumentedAttribute[Any], moment: datetime) -> ColumnElement[Any]:
    given = literal(moment, UtcDateTime())
    return case((column < given, given), else_=column)


def _stands(now: datetime) -> ColumnElement[bool]:
    return and_(
        PhoneRecovery.citizen_id.is_not(None),
        PhoneRecovery.ended_at.is_(None),
        PhoneRecovery.expires_at > now,
    )
