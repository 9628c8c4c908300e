"""Queries on operators; none of them commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from idp.operators.model import (
    Operator,
    OperatorInvitation,
    OperatorName,
    OperatorRole,
    Team,
    TeamId,
    TeamMember,
    VerifiedOperator,
)


@dataclass(frozen=True, slots=True)
class ListedTeam:
    """A team, and how many work for it."""

    id: TeamId
    name: str
    members: int


def find(session: Session, name: OperatorName) -> Operator | None:
    """The operator of that name who is not disabled."""
    return session.execute(
        select(Operator).where(Operator.name == name, Operator.disabled_at.is_(None))
    ).scalar_one_or_none()


def verified(session: Session, found: Operator) -> VerifiedOperator:
    """*found* as somebody who is there, with the teams that count for the role."""
    teams = (
        session.execute(select(TeamMember.team).where(TeamMember.operator == found.name)).scalars()
        if found.role is OperatorRole.PROVINCE_TEAM
        else ()
    )
    return VerifiedOperator(found.name, found.display_name, found.role, frozenset(teams))


def all_of(
    session: Session, *, after: str | None = None, limit: int | None = None
) -> Sequence[Operator]:
    """Every operator, disabled ones too, by name; or some of them, from the one *after* that."""
    query = select(Operator).order_by(Operator.name).limit(limit)
    if after is not None:
        query = query.where(Operator.name > after)
    return session.execute(query).scalars().all()


def is_taken(session: Session, name: OperatorName) -> bool:
    """Whether an operator has, or had, that name."""
    return session.get(Operator, name) is not None


def is_first(session: Session) -> bool:
    """Whether there has never been an operator."""
    return session.execute(select(func.count()).select_from(Operator)).scalar_one() == 0


def spend_step(session: Session, name: OperatorName, step: int, *, password_hash: str) -> bool:
    """
    Use the code of a time step: true once, and for later steps than the last one only.

    Only beside that password: one that was replaced since it was verified counts no more.
    """
    spent = session.execute(
        update(Operator)
        .where(
            Operator.name == name,
            Operator.disabled_at.is_(None),
            Operator.totp_step_used < step,
            Operator.password_hash == password_hash,
        )
        .values(totp_step_used=step)
        .returning(Operator.name)
    )
    return spent.first() is not None


def other_administrators(session: Session, name: OperatorName) -> int:
    """How many administrators there are besides *name*; they stay so until the commit."""
    names = session.execute(
        select(Operator.name)
        .where(Operator.role == OperatorRole.ADMINISTRATOR, Operator.disabled_at.is_(None))
        .order_by(Operator.name)
        .with_for_update()
    ).scalars()
    return sum(each != name for each in names)


def disable(session: Session, name: OperatorName, at: datetime) -> bool:
    """Disable the operator; true for the one caller that did."""
    disabled = session.execute(
        update(Operator)
        .where(Operator.name == name, Operator.disabled_at.is_(None))
        .values(disabled_at=at)
        .returning(Operator.name)
    )
    return disabled.first() is not None


def change_role(
    session: Session, name: OperatorName, role: OperatorRole, *, before: OperatorRole
) -> bool:
    """Give the operator another role than *before*; true for the one caller that did."""
    changed = session.execute(
        update(Operator)
        .where(Operator.name == name, Operator.disabled_at.is_(None), Operator.role == before)
        .values(role=role)
        .returning(Operator.name)
    )
    return changed.first() is not None


def change_password(session: Session, name: OperatorName, password_hash: str) -> None:
    """Replace the password of an operator who is not disabled."""
    session.execute(
        update(Operator)
        .where(Operator.name == name, Operator.disabled_at.is_(None))
        .values(password_hash=password_hash)
    )


def invitation(session: Session, handle_digest: str, now: datetime) -> OperatorInvitation | None:
    """The invitation, while it is open."""
    return session.execute(
        select(OperatorInvitation).where(
            OperatorInvitation.handle_digest == handle_digest, OperatorInvitation.expires_at > now
        )
    ).scalar_one_or_none()


def invitation_of(session: Session, name: OperatorName) -> OperatorInvitation | None:
    """The invitation for that name, lapsed or not."""
    query = select(OperatorInvitation).where(OperatorInvitation.name == name)
    return session.execute(query).scalar_one_or_none()


def invitations(session: Session, now: datetime) -> Sequence[OperatorInvitation]:
    """Those that are open, by name."""
    query = select(OperatorInvitation).where(OperatorInvitation.expires_at > now)
    return session.execute(query.order_by(OperatorInvitation.name)).scalars().all()


def withdraw_invitation(session: Session, name: OperatorName) -> None:
    """Take back an invitation for that name, if there is one."""
    session.execute(delete(OperatorInvitation).where(OperatorInvitation.name == name))


def spend_invitation(session: Session, handle_digest: str, now: datetime) -> bool:
    """Use an open invitation: true once."""
    spent = session.execute(
        delete(OperatorInvitation)
        .where(
            OperatorInvitation.handle_digest == handle_digest, OperatorInvitation.expires_at > now
        )
        .returning(OperatorInvitation.name)
    )
    return spent.first() is not None


def invited_into(session: Session, team: TeamId, now: datetime) -> Sequence[OperatorInvitation]:
    """The open invitations into that team, by name."""
    query = select(OperatorInvitation).where(
        OperatorInvitation.team == team, OperatorInvitation.expires_at > now
    )
    return session.execute(query.order_by(OperatorInvitation.name)).scalars().all()


def team(session: Session, team_id: TeamId) -> Team | None:
    """The team of that id."""
    return session.get(Team, team_id)


def is_team_taken(session: Session, name: str, *, besides: TeamId) -> bool:
    """Whether another team than *besides* is called that."""
    query = select(Team.id).where(Team.name == name, Team.id != besides)
    return session.execute(query).first() is not None


def teams(
    session: Session,
    *,
    only: frozenset[TeamId] | None = None,
    limit: int | None = None,
    offset: int = 0,
    after: str | None = None,
) -> Sequence[ListedTeam]:
    """The teams by name, those of *only* where it is given, from the name *after* that one."""
    working = (
        select(TeamMember.team, func.count().label("members"))
        .join(Operator, Operator.name == TeamMember.operator)
        .where(Operator.role == OperatorRole.PROVINCE_TEAM, Operator.disabled_at.is_(None))
        .group_by(TeamMember.team)
        .subquery()
    )
    query = (
        select(Team.id, Team.name, func.coalesce(working.c.members, 0))
        .outerjoin(working, working.c.team == Team.id)
        .order_by(Team.name)
        .limit(limit)
        .offset(offset)
    )
    if only is not None:
        query = query.where(Team.id.in_(only))
    if after is not None:
        query = query.where(Team.name > after)
    return [ListedTeam(*row) for row in session.execute(query)]


def members(session: Session, team_id: TeamId) -> Sequence[Operator]:
    """Who works for the team, by name."""
    return session.execute(_members(team_id)).scalars().all()


def locked_members(session: Session, team_id: TeamId) -> Sequence[Operator]:
    """The same; they stay so until the commit, where the database can."""
    return session.execute(_members(team_id).with_for_update()).scalars().all()


def _members(team_id: TeamId) -> Select[Operator]:
    return (
        select(Operator)
        .join(TeamMember, TeamMember.operator == Operator.name)
        .where(
            TeamMember.team == team_id,
            Operator.role == OperatorRole.PROVINCE_TEAM,
            Operator.disabled_at.is_(None),
        )
        .order_by(Operator.name)
    )


def add_member(session: Session, member: TeamMember) -> bool:
    """Take somebody into a team; false where the person belongs to it already."""
    try:
        with session.begin_nested():
            session.add(member)
    except IntegrityError:
        return False
    return True


def remove_member(session: Session, team_id: TeamId, name: OperatorName) -> bool:
    """Take somebody out of a team: true for the one caller that did."""
    removed = session.execute(
        delete(TeamMember)
        .where(TeamMember.team == team_id, TeamMember.operator == name)
        .returning(TeamMember.operator)
    )
    return removed.first() is not None


def forget_invitations(session: Session, before: datetime) -> int:
    """Delete those that lapsed before that moment; how many those were."""
    lapsed = delete(OperatorInvitation).where(OperatorInvitation.expires_at <= before)
    return len(session.execute(lapsed.returning(OperatorInvitation.name)).all())
