"""Queries on visits; none of them commits."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from idp.citizens.model import CitizenId
from idp.counter_visits.model import CounterVisit, VisitId


def open_visit_of(session: Session, citizen_id: CitizenId, now: datetime) -> CounterVisit | None:
    """The visit the citizen is expected for."""
    return session.execute(
        select(CounterVisit).where(
            CounterVisit.citizen_id == citizen_id,
            CounterVisit.closed_at.is_(None),
            CounterVisit.expires_at > now,
        )
    ).scalar_one_or_none()


def visit_by_code(session: Session, code_index: bytes, now: datetime) -> CounterVisit | None:
    """The visit whose code it is."""
    return session.execute(
        select(CounterVisit).where(
            CounterVisit.code_index == code_index,
            CounterVisit.closed_at.is_(None),
            CounterVisit.expires_at > now,
        )
    ).scalar_one_or_none()


def spend(session: Session, visit_id: VisitId, now: datetime) -> CitizenId | None:
    """Close an open visit; whose it was, for the one caller that did."""
    return session.execute(
        update(CounterVisit)
        .where(
            CounterVisit.id == visit_id,
            CounterVisit.closed_at.is_(None),
            CounterVisit.expires_at > now,
        )
        .values(closed_at=now)
        .returning(CounterVisit.citizen_id)
    ).scalar_one_or_none()


def close_expired_of(session: Session, citizen_id: CitizenId, now: datetime) -> None:
    """Make room for a new visit of the citizen, where the last one's time is over."""
    session.execute(
        update(CounterVisit)
        .where(
            CounterVisit.citizen_id == citizen_id,
            CounterVisit.closed_at.is_(None),
            CounterVisit.expires_at <= now,
        )
        .values(closed_at=now)
    )


def forget_expired(session: Session, before: datetime) -> int:
    """Delete the visits that ended before that moment; how many. Evidence keeps their ids."""
    ended = delete(CounterVisit).where(CounterVisit.expires_at < before)
    return len(session.execute(ended.returning(CounterVisit.id)).all())
