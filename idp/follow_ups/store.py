"""Queries on what is owed; none of them commits."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, bindparam, delete, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import SQLCoreOperations

from idp.db.rows import Prepared, Source, rows_of
from idp.follow_ups.model import FollowUp, FollowUpId, FollowUpKind
from idp.sessions.model import Session as BrowserSession

_Value = SQLCoreOperations[Any]


def ends(*, citizen_id: _Value, session_id: _Value, auth_time: _Value) -> ColumnElement[bool]:
    """Whether all that hangs on that sign-in is over, and nobody has come to ending it yet."""
    return and_(
        _is_after(citizen_id, session_id, auth_time), FollowUp.kind != FollowUpKind.END_SESSION
    )


def ends_session(
    *, citizen_id: _Value, session_id: _Value, auth_time: _Value
) -> ColumnElement[bool]:
    """
    Whether the session of that sign-in is over, and nobody has come to ending it yet.

    What outlives a session, for the time when the citizen is away, outlives a sign-out.
    """
    return and_(
        _is_after(citizen_id, session_id, auth_time),
        or_(FollowUp.kind != FollowUpKind.END_SESSION, FollowUp.id == session_id),
    )


def _is_after(citizen_id: _Value, session_id: _Value, auth_time: _Value) -> ColumnElement[bool]:
    return and_(
        FollowUp.citizen_id == citizen_id,
        FollowUp.until >= auth_time,
        or_(FollowUp.kept_session.is_(None), FollowUp.kept_session != session_id),
    )


_IS_OVER: Final = Prepared(
    select(FollowUp.id)
    .where(
        ends_session(
            citizen_id=bindparam("citizen_id"),
            session_id=bindparam("session_id"),
            auth_time=bindparam("auth_time"),
        )
    )
    .limit(1)
)


def is_over(source: Source, session: BrowserSession) -> bool:
    """
    Whether *session* is to end, though the store of sessions has it yet.

    So there is no moment between the commit that ends it and its end.
    """
    authentication = session.authentication
    row = rows_of(source).one(
        _IS_OVER,
        citizen_id=authentication.citizen_id,
        session_id=session.id,
        auth_time=authentication.auth_time,
    )
    return row is not None


def find(session: Session, follow_up_id: FollowUpId) -> FollowUp | None:
    """What is owed under that id; `None` once it is done."""
    return session.get(FollowUp, follow_up_id)


def take_due(session: Session, now: datetime, *, until: datetime, limit: int) -> list[FollowUpId]:
    """Those whose time has come, the longest overdue first; nobody else takes them *until* then."""
    query = select(FollowUp.id).where(FollowUp.due_at <= now).order_by(FollowUp.due_at).limit(limit)
    due = list(session.execute(query).scalars())
    statement = (
        update(FollowUp)
        .where(FollowUp.id.in_(due), FollowUp.due_at <= now)
        .values(due_at=until)
        .returning(FollowUp.id)
        .execution_options(synchronize_session=False)
    )
    taken = set(session.execute(statement).scalars())  # in no order
    return [each for each in due if each in taken]


def give_back(
    session: Session, left: Collection[FollowUpId], *, taken_until: datetime, due_at: datetime
) -> None:
    """Have those be due at that moment again, unless somebody else has taken them since."""
    session.execute(
        update(FollowUp)
        .where(FollowUp.id.in_(left), FollowUp.due_at == taken_until)
        .values(due_at=due_at)
        .execution_options(synchronize_session=False)
    )


def settle(session: Session, done: FollowUpId) -> bool:
    """Forget what was done; false where somebody else has."""
    statement = delete(FollowUp).where(FollowUp.id == done).returning(FollowUp.id)
    settled = session.execute(statement.execution_options(synchronize_session=False))
    return settled.first() is not None
