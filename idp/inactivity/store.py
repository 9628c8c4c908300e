"""Queries on who has not signed in for long; none of them commits."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from idp.citizens.model import Citizen, CitizenId, CitizenStatus
from idp.inactivity.model import InactivityNotice


def inactive(
    session: Session, *, before: datetime, told_after: datetime, at_most: int
) -> Sequence[CitizenId]:
    """
    Whose last sign-in was that long ago, the longest first, unless told since *told_after*.

    Whoever was dealt with is not among them the next time.
    """
    was_told = exists().where(
        InactivityNotice.citizen_id == Citizen.id,
        InactivityNotice.since == Citizen.last_sign_in_at,
        InactivityNotice.told_at > told_after,
    )
    query = (
        select(Citizen.id)
        .where(Citizen.status == CitizenStatus.ACTIVE, Citizen.last_sign_in_at <= before, ~was_told)
        .order_by(Citizen.last_sign_in_at)
        .limit(at_most)
    )
    return session.execute(query).scalars().all()


def locked_last_sign_in(session: Session, citizen_id: CitizenId) -> datetime | None:
    """The last sign-in of an active citizen, who signs in no more until the commit."""
    return session.execute(
        select(Citizen.last_sign_in_at)
        .where(Citizen.id == citizen_id, Citizen.status == CitizenStatus.ACTIVE)
        .with_for_update()
    ).scalar_one_or_none()


def told_since(session: Session, citizen_id: CitizenId, since: datetime) -> Sequence[datetime]:
    """When the citizen was told after that sign-in."""
    query = select(InactivityNotice.told_at).where(
        InactivityNotice.citizen_id == citizen_id, InactivityNotice.since == since
    )
    return session.execute(query.order_by(InactivityNotice.number)).scalars().all()
