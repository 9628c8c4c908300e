"""Queries on sets; none of them commits."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from idp.test_people.model import PeopleSet
from idp.test_people.numbers import SetNumber


def set_of(session: Session, team: str) -> PeopleSet | None:
    """The people of that team, if they were made."""
    return session.execute(select(PeopleSet).where(PeopleSet.team == team)).scalar_one_or_none()


def next_number(session: Session) -> SetNumber:
    """The number after the last one; two at once choose the same, and one of them keeps it."""
    last = session.execute(select(func.max(PeopleSet.number))).scalar_one()
    return SetNumber(0 if last is None else last + 1)
