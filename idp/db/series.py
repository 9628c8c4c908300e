"""Giving out the next number of a series: of a year's cases, say."""

from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from idp.db.model import Series


def next_number(session: Session, name: str) -> int:
    """
    The next number of the series, from 1 on, as part of the caller's transaction.

    Nobody else gets it, and none is left out: a transaction that fails gives it back. Others who
    want one of that series wait until the caller's transaction ends.
    """
    number = _count_up(session, name)
    if number is not None:
        return number
    try:
        with session.begin_nested():
            session.execute(insert(Series).values(name=name, last=1))
    except IntegrityError:  # another was the first of this series
        return _count_up(session, name) or 1
    return 1


def _count_up(session: Session, name: str) -> int | None:
    return session.execute(
        update(Series)
        .where(Series.name == name)
        .values(last=Series.last + 1)
        .returning(Series.last)
    ).scalar_one_or_none()
