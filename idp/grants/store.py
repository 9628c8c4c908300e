"""Queries on grants; none of them commits."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, insert, or_, select, update
from sqlalchemy.orm import Session

from idp.citizens.model import CitizenId
from idp.consents.model import Consent
from idp.consents.store import standing
from idp.db.rows import Prepared, Source, rows_of
from idp.follow_ups.store import ends_session
from idp.grants.model import Authorization, Grant, GrantId, Redemption
from idp.relying_parties.model import ClientId
from idp.sessions.model import SessionId

_DECIDED: Final = ("id", "session_id", "scope", "claims", "acr", "auth_time", "issued_at")
# Whoever withdraws waits for the commit, and finds the grant; or was first, and there is none.
_ADD: Final = Prepared(
    insert(Grant).from_select(
        ("citizen_id", "client_id", *_DECIDED),
        select(
            Consent.citizen_id,
            Consent.client_id,
            *(bindparam(name, type_=Grant.__table__.c[name].type) for name in _DECIDED),
        )
        .where(standing(citizen_id=bindparam("citizen_id"), client_id=bindparam("client_id")))
        .with_for_update(read=True),
    )
)
_REDEEM: Final = (
    update(Grant)
    .where(
        Grant.id == bindparam("grant_id"),
        ~exists().where(
            ends_session(
                citizen_id=Grant.citizen_id,
                session_id=Grant.session_id,
                auth_time=Grant.auth_time,
            )
        ),
    )
    .values(redeemed_at=bindparam("at"))
)
_REDEEM_LIVE: Final = Prepared(_REDEEM.where(Grant.revoked_at.is_(None)))
# A grant that a sign-out ended before the replay came keeps the moment of the sign-out.
_REDEEM_REPLAYED: Final = Prepared(_REDEEM.where(Grant.revoked_at == Grant.replayed_at))


def add(source: Source, authorization: Authorization, *, at: datetime) -> bool:
    """
    Store a new grant; false where the consent that it rests on was withdrawn meanwhile.

    A consent grows, or is withdrawn whole: one that stands holds what it held.
    """
    added = rows_of(source).change(
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
    return added == 1


def mark_redeemed(source: Source, grant_id: GrantId, at: datetime) -> Redemption:
    """Note that the grant's code was redeemed, and say what became of the grant meanwhile."""
    rows = rows_of(source)
    if rows.change(_REDEEM_LIVE, grant_id=grant_id, at=at):
        return Redemption.LIVE
    replayed = rows.change(_REDEEM_REPLAYED, grant_id=grant_id, at=at)
    return Redemption.REPLAYED if replayed else Redemption.ENDED


def revoke_replayed(session: Session, grant_id: GrantId, at: datetime) -> None:
    """End a grant whose code came a second time; the first replay counts."""
    statement = (
        update(Grant)
        .where(Grant.id == grant_id, Grant.replayed_at.is_(None))
        .values(replayed_at=at, revoked_at=func.coalesce(Grant.revoked_at, at))
        .execution_options(synchronize_session=False)
    )
    session.execute(statement)


def revoke_of_session(session: Session, session_id: SessionId, at: datetime) -> list[GrantId]:
    """End every live grant of a session; their ids."""
    return _revoke_where(session, at, Grant.session_id == session_id)


def revoke_of_citizen(
    session: Session,
    citizen_id: CitizenId,
    at: datetime,
    *,
    until: datetime | None = None,
    kept: SessionId | None = None,
) -> list[GrantId]:
    """End the live grants of a citizen's sign-ins, but those that `signed_in` leaves; their ids."""
    return _revoke_where(session, at, signed_in(citizen_id, until=until, kept=kept))


def signed_in(
    citizen_id: CitizenId, *, until: datetime | None, kept: SessionId | None
) -> ColumnElement[bool]:
    """The grants of a citizen, but those of *kept* and of what was signed in to after *until*."""
    which = Grant.citizen_id == citizen_id
    if until is not None:
        which = and_(which, Grant.auth_time <= until)
    return which if kept is None else and_(which, Grant.session_id != kept)


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
    session: Session,
    citizen_id: CitizenId,
    *,
    sessions: Collection[SessionId],
    since: datetime,
    until: datetime | None = None,
    kept: SessionId | None = None,
) -> list[tuple[ClientId, SessionId]]:
    """
    The relying parties that a citizen's sessions reached, each with the session.

    Of *sessions*, and of any other that reached one since that moment and was never ended; but not
    what `signed_in` leaves.
    """
    statement = (
        select(Grant.client_id, Grant.session_id)
        .where(
            signed_in(citizen_id, until=until, kept=kept),
            or_(
                Grant.session_id.in_(sessions),
                and_(Grant.revoked_at.is_(None), Grant.issued_at >= since),
            ),
        )
        .distinct()
    )
    return [(client_id, session_id) for client_id, session_id in session.execute(statement)]
