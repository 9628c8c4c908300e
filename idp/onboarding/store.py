"""Queries on registrations, their versions and proposals; none of them commits."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from idp.core.environment import Environment
from idp.onboarding.model import ProposalId, ProposalStatus, RelyingPartyProposal
from idp.operators.model import OperatorRole, VerifiedOperator
from idp.relying_parties.model import ClientId, RelyingPartyRecord, RelyingPartyVersion

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
    """Whose the registrations of a sector are, `None` for nobody's."""
    query = select(RelyingPartyRecord.team).where(RelyingPartyRecord.sector == sector).distinct()
    return session.execute(query).scalars().all()


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
