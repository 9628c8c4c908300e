"""Whose turn it is; nothing here commits."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, and_, or_, select, update
from sqlalchemy.orm import Session

from idp.citizens.model import Citizen, CitizenStatus, Evidence, EvidenceKind, Phone


def due(
    session: Session, carrier: str, *, verified_before: datetime, now: datetime, at_most: int
) -> Sequence[int]:
    """
    Ids of phones whose evidence that carrier gave so long ago, the oldest first.

    Those that were never asked about again come before those whose carrier was silent.
    """
    first = (
        _standing(carrier)
        .where(Evidence.ask_again_from.is_(None), Evidence.verified_at <= verified_before)
        .order_by(Evidence.verified_at, Evidence.id)
    )
    found = list(dict.fromkeys(session.execute(first.limit(at_most)).scalars().all()))
    if len(found) < at_most:
        again = (
            _standing(carrier)
            .where(Evidence.ask_again_from <= now)
            .order_by(Evidence.ask_again_from, Evidence.id)
        )
        rest = session.execute(again.limit(at_most - len(found))).scalars()
        found = list(dict.fromkeys([*found, *rest]))
    return found


def _standing(carrier: str) -> Select[int]:
    return (
        select(Phone.id)
        .join(Evidence, Evidence.phone_id == Phone.id)
        .join(Citizen, Citizen.id == Evidence.citizen_id)
        .where(
            Evidence.kind == EvidenceKind.CARRIER_MATCH,
            Evidence.verifier == carrier,
            Evidence.lapsed_at.is_(None),
            Phone.active.is_(True),
            Citizen.status != CitizenStatus.CLOSED,
        )
    )


def claim(
    session: Session, phone_id: int, *, verified_before: datetime, now: datetime, until: datetime
) -> bool:
    """
    Take the turn of a phone: true for one caller, and for nobody again before *until*.

    Every record that rests on the phone: it is asked about once.
    """
    claimed = session.execute(
        update(Evidence)
        .where(
            Evidence.phone_id == phone_id,
            Evidence.kind == EvidenceKind.CARRIER_MATCH,
            Evidence.lapsed_at.is_(None),
            or_(
                and_(Evidence.ask_again_from.is_(None), Evidence.verified_at <= verified_before),
                Evidence.ask_again_from <= now,
            ),
        )
        .values(ask_again_from=until)
        .returning(Evidence.id)
    )
    return bool(claimed.all())


def last_match(session: Session, phone_id: int) -> datetime | None:
    """When a carrier last confirmed who holds the phone."""
    return session.execute(
        select(Evidence.verified_at)
        .where(
            Evidence.phone_id == phone_id,
            Evidence.kind == EvidenceKind.CARRIER_MATCH,
            Evidence.lapsed_at.is_(None),
        )
        .order_by(Evidence.verified_at.desc())
        .limit(1)
    ).scalar_one_or_none()


def postpone(session: Session, phone_id: int, until: datetime) -> None:
    """Let what rests on the phone stand unasked until then."""
    session.execute(
        update(Evidence)
        .where(
            Evidence.phone_id == phone_id,
            Evidence.kind == EvidenceKind.CARRIER_MATCH,
            Evidence.lapsed_at.is_(None),
        )
        .values(ask_again_from=until)
    )
