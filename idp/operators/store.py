"""Queries on operators; none of them commits."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from idp.operators.model import Operator, OperatorInvitation, OperatorName, OperatorRole


def find(session: Session, name: OperatorName) -> Operator | None:
    """The operator of that name who is not disabled."""
    return session.execute(
        select(Operator).where(Operator.name == name, Operator.disabled_at.is_(None))
    ).scalar_one_or_none()


def all_of(session: Session) -> Sequence[Operator]:
    """Every operator, disabled ones too, by name."""
    return session.execute(select(Operator).order_by(Operator.name)).scalars().all()


def is_taken(session: Session, name: OperatorName) -> bool:
    """Whether an operator has, or had, that name."""
    return session.get(Operator, name) is not None


def is_first(session: Session) -> bool:
    """Whether there has never been an operator."""
    return session.execute(select(func.count()).select_from(Operator)).scalar_one() == 0


def spend_step(session: Session, name: OperatorName, step: int) -> bool:
    """Use the code of a time step: true once, and for later steps than the last one only."""
    spent = session.execute(
        update(Operator)
        .where(
            Operator.name == name,
            Operator.disabled_at.is_(None),
            Operator.totp_step_used < step,
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


def forget_invitations(session: Session, before: datetime) -> int:
    """Delete those that lapsed before that moment; how many those were."""
    lapsed = delete(OperatorInvitation).where(OperatorInvitation.expires_at <= before)
    return len(session.execute(lapsed.returning(OperatorInvitation.name)).all())
