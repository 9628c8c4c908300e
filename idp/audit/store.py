"""Queries on the log and its chain; none of them commits."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Row, Select, delete, exists, func, insert, select, update
from sqlalchemy.orm import Session, aliased

from idp.audit.model import AuditEvent, AuditRoot, AuditSeal
from idp.audit.roots import DayRoot
from idp.audit.rules import START, Link, StoredEvent

_EVENT: Final = (
    AuditEvent.id,
    AuditEvent.at,
    AuditEvent.kind,
    AuditEvent.citizen_id,
    AuditEvent.client_id,
    AuditEvent.details,
)
_IS_SEALED: Final = exists().where(AuditSeal.event_id == AuditEvent.id)


def head(session: Session) -> tuple[Link, datetime | None]:
    """
    The end of the chain, and the moment of the event there.

    The end is the last root where everything before it was dropped; `None`: no event is left there.
    """
    row = session.execute(
        select(AuditSeal.position, AuditSeal.hash, AuditEvent.at)
        .outerjoin(AuditEvent, AuditEvent.id == AuditSeal.event_id)
        .order_by(AuditSeal.position.desc())
        .limit(1)
    ).first()
    if row is not None:
        return Link(row.position, row.hash), row.at
    dropped = last_dropped(session)
    return (START if dropped is None else dropped.link), None


def unsealed(
    session: Session, *, since: datetime | None, until: datetime, at_most: int
) -> Sequence[StoredEvent]:
    """
    Events without a seal, in the order they are sealed in.

    By what has a seal, not by the highest number that has one: numbers are given out before the
    commit, so a lower one may appear after a higher one.
    """
    query = select(*_EVENT).where(~_IS_SEALED, AuditEvent.at <= until)
    if since is not None:
        query = query.where(AuditEvent.at >= since)
    rows = session.execute(query.order_by(AuditEvent.at, AuditEvent.id).limit(at_most))
    return [_stored(row) for row in rows]


def count_unsealed(session: Session) -> int:
    """How many events have no seal."""
    query = select(func.count()).select_from(AuditEvent).where(~_IS_SEALED)
    return session.execute(query).scalar_one()


def first_unsealed(session: Session, before: datetime) -> StoredEvent | None:
    """The first event without a seal that is older than *before*."""
    query = select(*_EVENT).where(~_IS_SEALED, AuditEvent.at < before)
    row = session.execute(query.order_by(AuditEvent.id).limit(1)).first()
    return None if row is None else _stored(row)


def add_seals(session: Session, seals: Iterable[tuple[Link, int]]) -> None:
    """Add the links of these events. IntegrityError where somebody else was faster."""
    rows = [
        {"position": each.position, "event_id": event_id, "hash": each.hash}
        for each, event_id in seals
    ]
    session.execute(insert(AuditSeal), rows)


def chain(
    session: Session, *, after: int, batch: int
) -> Iterator[tuple[Link, int, StoredEvent | None]]:
    """Each link after that position with the number of its event, and the event if it is there."""
    while True:
        rows = session.execute(_links(after).limit(batch)).all()
        for row in rows:
            event = None if row.id is None else _stored(row)
            yield Link(row.position, row.hash), row.event_id, event
        if len(rows) < batch:
            return
        after = rows[-1].position


def _links(after: int) -> Select[*tuple[Any, ...]]:
    return (
        select(AuditSeal.position, AuditSeal.hash, AuditSeal.event_id, *_EVENT)
        .outerjoin(AuditEvent, AuditEvent.id == AuditSeal.event_id)
        .where(AuditSeal.position > after)
        .order_by(AuditSeal.position)
    )


def links_of(session: Session, events: Collection[int]) -> Mapping[int, tuple[Link | None, Link]]:
    """Of each of *events* that has a seal the link before, `None` where it is gone, and its own."""
    before = aliased(AuditSeal)
    rows = session.execute(
        select(AuditSeal.event_id, AuditSeal.position, AuditSeal.hash, before.hash.label("before"))
        .outerjoin(before, before.position == AuditSeal.position - 1)
        .where(AuditSeal.event_id.in_(events))
    ).all()
    dropped = last_dropped(session)
    starts = {each.position: each for each in (START, dropped.link if dropped else START)}
    return {
        row.event_id: (
            starts.get(row.position - 1)
            if row.before is None
            else Link(row.position - 1, row.before),
            Link(row.position, row.hash),
        )
        for row in rows
    }


def last_sealed(
    session: Session, *, since: datetime | None, before: datetime
) -> tuple[Link, datetime] | None:
    """The last position of an event of that period, and the event's moment, if there is one."""
    query = (
        select(AuditSeal.position, AuditSeal.hash, AuditEvent.at)
        .join(AuditEvent, AuditEvent.id == AuditSeal.event_id)
        .where(AuditEvent.at < before)
        .order_by(AuditSeal.position.desc())
        .limit(1)
    )
    if since is not None:
        query = query.where(AuditEvent.at >= since)
    row = session.execute(query).first()
    return None if row is None else (Link(row.position, row.hash), row.at)


def close_day(session: Session, day: date, at: Link) -> None:
    """Keep the root of a day."""
    session.add(AuditRoot(day=day, position=at.position, hash=at.hash))
    session.flush()


def last_root(session: Session) -> DayRoot | None:
    """The root of the last day that was closed."""
    row = session.execute(select(AuditRoot).order_by(AuditRoot.day.desc()).limit(1)).scalar()
    return None if row is None else _root(row)


def roots(session: Session, *, after: date | None = None) -> Sequence[DayRoot]:
    """The roots of the days after that one, the oldest first."""
    query = select(AuditRoot).order_by(AuditRoot.day)
    if after is not None:
        query = query.where(AuditRoot.day > after)
    return [_root(row) for row in session.execute(query).scalars()]


def last_dropped(session: Session) -> DayRoot | None:
    """The root up to which events were dropped."""
    row = session.execute(
        select(AuditRoot)
        .where(AuditRoot.dropped_at.is_not(None))
        .order_by(AuditRoot.day.desc())
        .limit(1)
    ).scalar()
    return None if row is None else _root(row)


def mark_dropped(session: Session, up_to: date, at: datetime) -> DayRoot | None:
    """Say that the events of that day and before go; the root the chain begins after, if any."""
    session.execute(
        update(AuditRoot)
        .where(AuditRoot.day <= up_to, AuditRoot.dropped_at.is_(None))
        .values(dropped_at=at)
    )
    return last_dropped(session)


def drop(session: Session, up_to: int, *, at_most: int) -> int:
    """Drop events with their seals, the oldest first, up to that position; how many those were."""
    rows = session.execute(
        select(AuditSeal.position, AuditSeal.event_id)
        .where(AuditSeal.position <= up_to)
        .order_by(AuditSeal.position)
        .limit(at_most)
    ).all()
    if rows:
        events = [row.event_id for row in rows]
        session.execute(delete(AuditEvent).where(AuditEvent.id.in_(events)))
        session.execute(delete(AuditSeal).where(AuditSeal.position <= rows[-1].position))
    return len(rows)


def _stored(row: Row[*tuple[Any, ...]]) -> StoredEvent:
    return StoredEvent(row.id, row.at, row.kind, row.citizen_id, row.client_id, row.details)


def _root(row: AuditRoot) -> DayRoot:
    return DayRoot(row.day, Link(row.position, row.hash))
