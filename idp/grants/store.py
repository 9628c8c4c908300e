"""Queries on grants; none of them commits."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import and_, bindparam, func, insert, or_, select, update
from sqlalchemy.orm import Session

from idp.citizens.model import CitizenId
from idp.db.rows import Prepared, Source, rows_of
from idp.grants.model import Authorization, Grant, GrantId
from idp.relying_parties.model import ClientId
from idp.sessions.model import SessionId

_ADD: Final = Prepared(
    insert(Grant),
    columns=(
        "id",
        "citizen_id",
        "client_id",
        "session_id",
        "scope",
        "claims",
        "acr",
        "auth_time",
        "issued_at",
    ),
)
_MARK_REDEEMED: Final = Prepared(
    update(Grant)
    .where(Grant.id == bindparam("grant_id"), Grant.revoked_at.is_(None))
    .values(redeemed_at=bindparam("at"))
)


def add(source: Source, authorization: Authorization, *, at: datetime) -> None:
    """Store a new grant."""
    rows_of(source).change(
        _ADD,
        id=authorization.grant_id,
        citizen_id=authorization.citizen_id,
        client_id=authorization.client_id,
        session_id=authorization.session_id,
        scope=list(authorization.scope),
        claims=list(authorization.claims),
        acr=authorization.acr,
        auth_time=authorization.auth_time,
        issued_at=at,
    )


def mark_redeemed(source: Source, grant_id: GrantId, at: datetime) -> bool:
    """Note that the grant's code was redeemed; false where the grant was revoked meanwhile."""
    return bool(rows_of(source).change(_MARK_REDEEMED, grant_id=grant_id, at=at))


def revoke(session: Session, grant_id: GrantId, at: datetime) -> None:
    """End one grant."""
    _revoke_where(session, at, Grant.id == grant_id)


def revoke_of_session(session: Session, session_id: SessionId, at: datetime) -> list[GrantId]:
    """End every live grant of a session; their ids."""
    return _revoke_where(session, at, Grant.session_id == session_id)


def revoke_of_citizen(session: Session, citizen_id: CitizenId, at: datetime) -> list[GrantId]:
    """End every live grant of a citizen; their ids."""
    return _revoke_where(session, at, Grant.citizen_id == citizen_id)


def revoke_of_other_sessions(
    session: Session, citizen_id: CitizenId, kept: SessionId, at: datetime
) -> list[GrantId]:
    """End every live grant of a citizen that is of another session than *kept*; their ids."""
    return _revoke_where(
        session, at, and_(Grant.citizen_id == citizen_id, Grant.session_id != kept)
    )


def revoke_of_client(
    session: Session, citizen_id: CitizenId, client_id: ClientId, at: datetime
) -> list[GrantId]:
    """End every live grant of a citizen at one relying party; their ids."""
    return _revoke_where(
        session, at, and_(Grant.citizen_id == citizen_id, Grant.client_id == client_id)
    )


def _revoke_where(session: Session, at: datetime, which: object) -> list[GrantId]:
    statement = (
        update(Grant)
        .where(which, Grant.revoked_at.is_(None))  # type: ignore[arg-type]
        .values(revoked_at=at)
        .returning(Grant.id)
        .execution_options(synchronize_session=False)
    )
    return list(session.execute(statement).scalars())


def client_ids_of_session(session: Session, session_id: SessionId) -> list[ClientId]:
    """The relying parties that a session reached, the first one first."""
    statement = (
        select(Grant.client_id)
        .where(Grant.session_id == session_id)
        .group_by(Grant.client_id)
        .order_by(func.min(Grant.issued_at))
    )
    return list(session.execute(statement).scalars())


def reached_by_citizen(
    session: Session, citizen_id: CitizenId, *, sessions: Collection[SessionId], since: datetime
) -> list[tuple[ClientId, SessionId]]:
    """
    The relying parties that a citizen's sessions reached, each with the session.

    Of *sessions*, and of any other that reached one since that moment and was never ended.
    """
    statement = (
        select(Grant.client_id, Grant.session_id)
        .where(
            Grant.citizen_id == citizen_id,
            or_(
                Grant.session_id.in_(sessions),
                and_(Grant.revoked_at.is_(None), Grant.issued_at >= since),
            ),
        )
        .distinct()
    )
    return [(client_id, session_id) for client_id, session_id in session.execute(statement)]
