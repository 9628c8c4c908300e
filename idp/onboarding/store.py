"""Queries on registrations, their versions and proposals; none of them commits."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias, TypeVar

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, union, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from idp.core.environment import Environment
from idp.onboarding.model import ProposalId, ProposalStatus, RelyingPartyProposal
from idp.onboarding.rules import REMINDERS
from idp.operators.model import OperatorRole, VerifiedOperator
from idp.relying_parties.model import (
    ClientId,
    RelyingPartyKey,
    RelyingPartyRecord,
    RelyingPartySecret,
    RelyingPartyVersion,
)

Lapsing: TypeAlias = RelyingPartySecret | RelyingPartyKey
"""What ends some day."""

_L = TypeVar("_L", RelyingPartySecret, RelyingPartyKey)
_NAME = RelyingPartyRecord.registration["client_name"].as_string()


@dataclass(frozen=True, slots=True)
class Filter:
    """Which registrations a list is about; what is `None`, or empty, says nothing."""

    words: str = ""
    environment: Environment | None = None
    enabled: bool | None = None
    team: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A registration in a list."""

    client_id: ClientId
    name: str
    environment: Environment
    enabled: bool
    team: str | None
    version: int
    updated_at: datetime


def page(
    session: Session,
    wanted: Filter,
    *,
    seen_by: VerifiedOperator,
    after: ClientId | None = None,
    limit: int,
) -> Sequence[Listed]:
    """Registrations that the operator may see, by their ids, from the one *after* that."""
    query = (
        select(
            RelyingPartyRecord.client_id,
            _NAME.label("name"),
            RelyingPartyRecord.environment,
            RelyingPartyRecord.enabled,
            RelyingPartyRecord.team,
            RelyingPartyRecord.version,
            RelyingPartyRecord.updated_at,
        )
        .where(*_visible(RelyingPartyRecord.team, seen_by), *_fits(wanted))
        .order_by(RelyingPartyRecord.client_id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(RelyingPartyRecord.client_id > after)
    return [Listed(*row) for row in session.execute(query)]


def found(session: Session, client_id: ClientId) -> RelyingPartyRecord | None:
    """One registration with its secrets and keys, to be looked at."""
    return session.get(RelyingPartyRecord, client_id)


def versions(
    session: Session, client_id: ClientId, *, before: int | None = None, limit: int
) -> Sequence[RelyingPartyVersion]:
    """The versions of a registration, the newest first, those older than *before*."""
    query = select(RelyingPartyVersion).where(RelyingPartyVersion.client_id == client_id)
    if before is not None:
        query = query.where(RelyingPartyVersion.number < before)
    newest_first = query.order_by(RelyingPartyVersion.number.desc()).limit(limit)
    return session.execute(newest_first).scalars().all()


def changed_at(session: Session, client_id: ClientId, *, until: datetime) -> datetime | None:
    """When a registration was changed last, of what happened by *until*."""
    return session.execute(
        select(RelyingPartyVersion.at)
        .where(RelyingPartyVersion.client_id == client_id, RelyingPartyVersion.at <= until)
        .order_by(RelyingPartyVersion.number.desc())
        .limit(1)
    ).scalar_one_or_none()


def teams_of_sector(session: Session, sector: str) -> Sequence[str | None]:
    """Whose the registrations of a sector are, and those that wait for it; `None` for nobody's."""
    registered = select(RelyingPartyRecord.team).where(RelyingPartyRecord.sector == sector)
    proposed = select(RelyingPartyProposal.team).where(
        RelyingPartyProposal.status == ProposalStatus.OPEN,
        RelyingPartyProposal.document["sector"].as_string() == sector,
    )
    return session.execute(union(registered, proposed)).scalars().all()


def production_of(session: Session, sandbox: ClientId) -> Sequence[ClientId]:
    """The registrations for production that were tried as that one."""
    query = select(RelyingPartyRecord.client_id).where(
        RelyingPartyRecord.sandbox_client_id == sandbox
    )
    return session.execute(query.order_by(RelyingPartyRecord.client_id)).scalars().all()


def proposal(session: Session, proposal_id: ProposalId) -> RelyingPartyProposal | None:
    """One proposal, whatever became of it."""
    return session.get(RelyingPartyProposal, proposal_id)


def locked_proposal(session: Session, proposal_id: ProposalId) -> RelyingPartyProposal | None:
    """The same, locked against other decisions where the database can."""
    return session.execute(
        select(RelyingPartyProposal)
        .where(RelyingPartyProposal.id == proposal_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def open_proposal_of(session: Session, client_id: ClientId) -> RelyingPartyProposal | None:
    """The proposal for that registration that waits to be decided."""
    return session.execute(
        select(RelyingPartyProposal).where(
            RelyingPartyProposal.client_id == client_id,
            RelyingPartyProposal.status == ProposalStatus.OPEN,
        )
    ).scalar_one_or_none()


def proposals(
    session: Session,
    *,
    seen_by: VerifiedOperator,
    statuses: Collection[ProposalStatus] = (ProposalStatus.OPEN,),
    sandbox: ClientId | None = None,
    before: ProposalId | None = None,
    limit: int,
) -> Sequence[RelyingPartyProposal]:
    """Proposals that the operator may see, the newest first, those older than *before*."""
    query = select(RelyingPartyProposal).where(
        *_visible(RelyingPartyProposal.team, seen_by), RelyingPartyProposal.status.in_(statuses)
    )
    if sandbox is not None:
        query = query.where(RelyingPartyProposal.sandbox_client_id == sandbox)
    if before is not None:
        query = query.where(RelyingPartyProposal.id < before)
    newest_first = query.order_by(RelyingPartyProposal.id.desc()).limit(limit)
    return session.execute(newest_first).scalars().all()


def waiting_proposals(session: Session, *, seen_by: VerifiedOperator) -> int:
    """How many proposals that the operator may see wait to be decided."""
    query = select(func.count(RelyingPartyProposal.id)).where(
        *_visible(RelyingPartyProposal.team, seen_by),
        RelyingPartyProposal.status == ProposalStatus.OPEN,
    )
    return session.execute(query).scalar_one()


def count_lapsing(
    session: Session, now: datetime, within: timedelta, *, seen_by: VerifiedOperator
) -> int:
    """How many portals that the operator may see have no secret, or no key, beyond that time."""
    until = now + within

    def lapses(kind: type[RelyingPartySecret] | type[RelyingPartyKey]) -> ColumnElement[bool]:
        own = and_(kind.client_id == RelyingPartyRecord.client_id, *_counts(kind))
        end = kind.expires_at
        return exists().where(own, end > now, end <= until) & ~exists().where(
            own, or_(end.is_(None), end > until)
        )

    query = select(func.count(RelyingPartyRecord.client_id)).where(
        *_visible(RelyingPartyRecord.team, seen_by),
        RelyingPartyRecord.enabled.is_(True),
        or_(lapses(RelyingPartySecret), lapses(RelyingPartyKey)),
    )
    return session.execute(query).scalar_one()


def assign_proposals(session: Session, client_id: ClientId, team: str | None) -> None:
    """Make the proposals for a registration that wait the team's."""
    session.execute(
        update(RelyingPartyProposal)
        .where(
            RelyingPartyProposal.client_id == client_id,
            RelyingPartyProposal.status == ProposalStatus.OPEN,
        )
        .values(team=team)
    )


def _visible(
    team: InstrumentedAttribute[str | None], operator: VerifiedOperator
) -> Sequence[ColumnElement[bool]]:
    """The rule of `may_see`, for a query; whoever calls has asked for the permission."""
    if operator.role is not OperatorRole.PROVINCE_TEAM:
        return ()
    return (team.in_(sorted(operator.teams)),)


def _fits(wanted: Filter) -> Sequence[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.environment is not None:
        conditions.append(RelyingPartyRecord.environment == wanted.environment)
    if wanted.enabled is not None:
        conditions.append(RelyingPartyRecord.enabled.is_(wanted.enabled))
    if wanted.team is not None:
        conditions.append(RelyingPartyRecord.team == wanted.team)
    conditions.extend(
        or_(
            RelyingPartyRecord.client_id.icontains(word, autoescape=True),
            _NAME.icontains(word, autoescape=True),
        )
        for word in wanted.words.split()
    )
    return conditions


def lapsing(session: Session, now: datetime, *, limit: int) -> Sequence[Lapsing]:
    """Secrets and keys of portals that may be used, of whose end there is something to say now."""
    return [
        *_lapsing(session, RelyingPartySecret, now, limit),
        *_lapsing(session, RelyingPartyKey, now, limit),
    ]


def _lapsing(session: Session, kind: type[_L], now: datetime, limit: int) -> Sequence[_L]:
    due = [
        and_(
            kind.expires_at <= now + timedelta(days=days),
            or_(kind.reminded_days.is_(None), kind.reminded_days > days),
        )
        for days in REMINDERS
    ]
    found = (
        select(kind)
        .join(RelyingPartyRecord, RelyingPartyRecord.client_id == kind.client_id)
        .where(
            RelyingPartyRecord.enabled.is_(True), *_counts(kind), kind.expires_at > now, or_(*due)
        )
        .order_by(kind.expires_at)
        .limit(limit)
    )
    return session.execute(found).scalars().all()


def _counts(
    kind: type[RelyingPartySecret] | type[RelyingPartyKey],
) -> Sequence[ColumnElement[bool]]:
    """What is in use at all: a key that left its registration is not."""
    return () if kind is RelyingPartySecret else (RelyingPartyKey.removed_at.is_(None),)


def note_reminder(
    session: Session, lapsing: Lapsing, *, days: int | None, before: int | None
) -> bool:
    """
    Note that the contacts were reminded of so many days, where *before* was noted last.

    True for the one caller that did; the same the other way round takes it back.
    """
    kind = type(lapsing)
    noted = session.execute(
        update(kind)
        .where(*_key_of(lapsing), kind.reminded_days.is_not_distinct_from(before))
        .values(reminded_days=days)
        .returning(kind.client_id)
        .execution_options(synchronize_session=False)
    )
    return noted.first() is not None


def _key_of(lapsing: Lapsing) -> Sequence[ColumnElement[bool]]:
    if isinstance(lapsing, RelyingPartySecret):
        return (RelyingPartySecret.id == lapsing.id,)
    return (
        RelyingPartyKey.client_id == lapsing.client_id,
        RelyingPartyKey.thumbprint == lapsing.thumbprint,
    )
