"""What holds an account: placed, lifted, and what it bars; none of these commits."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.orm import Session

from idp.citizens.model import AccountHold, Citizen, CitizenId, CitizenStatus, HoldKind
from idp.citizens.rules import bars_changes, bars_sign_in
from idp.citizens.store import lock, note_sign_in, status_of


class ChangesBarred(Exception):
    """The account is held, or closed: its phones, password and evidence stay as they are."""


def holds_of(session: Session, citizen_id: CitizenId) -> frozenset[HoldKind]:
    """Why the account is held now; `rules.bars_sign_in` and `bars_changes` say what that means."""
    return frozenset(
        session.execute(
            select(AccountHold.kind).where(
                AccountHold.citizen_id == citizen_id, AccountHold.lifted_at.is_(None)
            )
        ).scalars()
    )


def standing_holds(session: Session, citizen_id: CitizenId) -> Sequence[tuple[HoldKind, str]]:
    """Each hold that stands, with its reference, the oldest first."""
    rows = session.execute(
        select(AccountHold.kind, AccountHold.reference)
        .where(AccountHold.citizen_id == citizen_id, AccountHold.lifted_at.is_(None))
        .order_by(AccountHold.id)
    )
    return [(kind, reference) for kind, reference in rows]


def ensure_changeable(session: Session, citizen_id: CitizenId) -> None:
    """Raise `ChangesBarred` where the account is held: it stays as it is until that is decided."""
    if bars_changes(holds_of(session, citizen_id)):
        raise ChangesBarred


def lock_changeable(session: Session, citizen_id: CitizenId) -> None:
    """
    Lock the account for a change. Raises `ChangesBarred` where it is held, or closed.

    Whoever holds, closes or recovers it meanwhile waits, and finds what was changed.
    """
    lock(session, citizen_id)
    ensure_changeable(session, citizen_id)
    if status_of(session, citizen_id) is CitizenStatus.CLOSED:
        raise ChangesBarred


def place_hold(
    session: Session, citizen_id: CitizenId, kind: HoldKind, at: datetime, *, reference: str = ""
) -> bool:
    """Hold the account; false where that very hold stands already. Ends no session."""
    lock(session, citizen_id)
    hold = AccountHold(citizen_id=citizen_id, kind=kind, reference=reference, placed_at=at)
    standing = select(AccountHold.id).where(_standing(citizen_id, kind, reference))
    if session.execute(standing).first() is not None:
        return False
    session.add(hold)
    session.flush()
    _sum_up_holds(session, citizen_id)
    return True


def lift_hold(
    session: Session, citizen_id: CitizenId, kind: HoldKind, at: datetime, *, reference: str = ""
) -> bool:
    """Lift that hold; true for the one caller that did. Others keep the account held."""
    lock(session, citizen_id)
    lifted = session.execute(
        update(AccountHold)
        .where(_standing(citizen_id, kind, reference))
        .values(lifted_at=at)
        .returning(AccountHold.id)
    ).first()
    if lifted is not None and kind is HoldKind.INACTIVE:
        note_sign_in(session, citizen_id, at)  # else it would be locked again at once
    _sum_up_holds(session, citizen_id)
    return lifted is not None


def _standing(citizen_id: CitizenId, kind: HoldKind, reference: str) -> ColumnElement[bool]:
    return and_(
        AccountHold.citizen_id == citizen_id,
        AccountHold.kind == kind,
        AccountHold.reference == reference,
        AccountHold.lifted_at.is_(None),
    )


def _sum_up_holds(session: Session, citizen_id: CitizenId) -> None:
    held = bars_sign_in(holds_of(session, citizen_id))
    session.execute(
        update(Citizen)
        .where(Citizen.id == citizen_id, Citizen.status != CitizenStatus.CLOSED)
        .values(status=CitizenStatus.HELD if held else CitizenStatus.ACTIVE)
    )
