"""Turns, where a rule is about rows that may not be there yet: none of them could be locked."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session


def take_turn(session: Session, what: str) -> None:
    """
    Wait until nobody else is at *what*; others wait until the caller's transaction ends.

    SQLite's writers take turns anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(what, 0))))
