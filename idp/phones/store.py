"""Queries on the phones of an account and on those that are being added; none of them commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import CursorResult, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from idp.citizens.model import CitizenId, Evidence, EvidenceKind, Phone
from idp.core.phone_number import PhoneNumber
from idp.phones.model import PendingPhone, PendingPhoneId


@dataclass(frozen=True, slots=True)
class HeldPhone:
    """A phone of an account; *confirmed*: its carrier says that it is in the citizen's name."""

    id: int
    number: PhoneNumber
    is_default: bool
    verified_at: datetime
    confirmed: bool


def phones_of(session: Session, citizen_id: CitizenId, now: datetime) -> Sequence[HeldPhone]:
    """The citizen's phones, the one that codes go to first, then the oldest."""
    confirmed = exists().where(
        Evidence.phone_id == Phone.id,
        Evidence.kind == EvidenceKind.CARRIER_MATCH,
        Evidence.lapsed_at.is_(None),
        or_(Evidence.expires_at.is_(None), Evidence.expires_at > now),
    )
    rows = session.execute(
        select(Phone.id, Phone.number, Phone.is_default, Phone.verified_at, confirmed)
        .where(Phone.citizen_id == citizen_id, Phone.active.is_(True))
        .order_by(Phone.is_default.desc(), Phone.verified_at, Phone.id)
    )
    return [
        HeldPhone(phone_id, PhoneNumber(number), is_default, verified_at, bool(is_confirmed))
        for phone_id, number, is_default, verified_at, is_confirmed in rows
    ]


def phone_index(session: Session, citizen_id: CitizenId, phone_id: int) -> bytes | None:
    """The blind index of one of the citizen's phones."""
    return session.execute(
        select(Phone.number_index).where(
            Phone.id == phone_id, Phone.citizen_id == citizen_id, Phone.active.is_(True)
        )
    ).scalar_one_or_none()


def pending(
    session: Session, citizen_id: CitizenId, pending_id: str, now: datetime
) -> PendingPhone | None:
    """The number that the citizen is adding."""
    return session.execute(
        select(PendingPhone).where(
            PendingPhone.id == pending_id,
            PendingPhone.citizen_id == citizen_id,
            PendingPhone.expires_at > now,
        )
    ).scalar_one_or_none()


def number_of_pending(session: Session, pending_id: str) -> PhoneNumber | None:
    """Where the code of a number that is being added goes."""
    number = session.execute(
        select(PendingPhone.number_text).where(PendingPhone.id == pending_id)
    ).scalar_one_or_none()
    return None if number is None else PhoneNumber(number)


def note_challenge(session: Session, pending_id: PendingPhoneId, challenge_id: str) -> None:
    """Note which question is out about the number."""
    session.execute(
        update(PendingPhone).where(PendingPhone.id == pending_id).values(challenge_id=challenge_id)
    )


def take_pending(session: Session, pending_id: PendingPhoneId) -> bool:
    """Take the number that was being added; true for one caller only."""
    taken = session.execute(
        delete(PendingPhone).where(PendingPhone.id == pending_id).returning(PendingPhone.id)
    )
    return taken.first() is not None


def forget_pending_of(session: Session, citizen_id: CitizenId) -> None:
    """Forget what the citizen began before: the last number given is the one meant."""
    session.execute(delete(PendingPhone).where(PendingPhone.citizen_id == citizen_id))


def forget_expired(session: Session, now: datetime) -> int:
    """Delete the numbers that were never proved; how many those were."""
    result = session.execute(delete(PendingPhone).where(PendingPhone.expires_at <= now))
    return cast("CursorResult[object]", result).rowcount
