"""Queries on identity numbers: held, claimed, reserved; none of them commits."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from idp.citizens.model import (
    CitizenId,
    CitizenIdentityNumber,
    ClaimedIdentityNumber,
    Evidence,
    IdentityNumberReservation,
)
from idp.citizens.store import lock
from idp.core.identity_number import IdentityNumber
from idp.db.rows import Prepared, Source, rows_of

_HOLDER_OF_IDENTITY_NUMBER: Final = Prepared(
    select(CitizenIdentityNumber.citizen_id).where(
        CitizenIdentityNumber.value_index == bindparam("number_index"),
        CitizenIdentityNumber.active.is_(True),
    )
)


def holder_of_identity_number(source: Source, number_index: bytes) -> CitizenId | None:
    """The citizen to whom an identity number belongs."""
    row = rows_of(source).one(_HOLDER_OF_IDENTITY_NUMBER, number_index=number_index)
    return None if row is None else row[0]


def locked_holder(session: Session, number_index: bytes) -> CitizenId | None:
    """The same, of an account that is locked: it keeps the number until the commit."""
    holder = holder_of_identity_number(session, number_index)
    if holder is None:
        return None
    lock(session, holder)
    return holder if has_identity_number(session, holder, number_index) else None


def has_identity_number(source: Source, citizen_id: CitizenId, number_index: bytes) -> bool:
    """Whether an active number with that index is the citizen's."""
    return holder_of_identity_number(source, number_index) == citizen_id


def numbers_of(session: Session, citizen_id: CitizenId) -> frozenset[IdentityNumber]:
    """The citizen's active numbers."""
    held = session.execute(
        select(CitizenIdentityNumber.value).where(
            CitizenIdentityNumber.citizen_id == citizen_id, CitizenIdentityNumber.active.is_(True)
        )
    )
    return frozenset(map(IdentityNumber, held.scalars()))


def claimed_number(session: Session, citizen_id: CitizenId) -> IdentityNumber | None:
    """The number the citizen says is theirs as well, and nobody has confirmed."""
    found = session.execute(
        select(ClaimedIdentityNumber.value).where(ClaimedIdentityNumber.citizen_id == citizen_id)
    ).scalar_one_or_none()
    return None if found is None else IdentityNumber(found)


def claim_number(
    session: Session, citizen_id: CitizenId, number: IdentityNumber, at: datetime
) -> None:
    """Note what a new citizen says; it opens nothing."""
    claim = ClaimedIdentityNumber(citizen_id=citizen_id, value=number.value, claimed_at=at)
    session.add(claim)


def drop_claimed_number(session: Session, citizen_id: CitizenId) -> None:
    """Forget what the citizen said: evidence has come, or the account ends."""
    session.execute(
        delete(ClaimedIdentityNumber).where(ClaimedIdentityNumber.citizen_id == citizen_id)
    )


def release_identity_number(
    session: Session, citizen_id: CitizenId, number_index: bytes, at: datetime
) -> bool:
    """Take an identity number from an account, whose evidence counts no more; whether it had it."""
    released = session.execute(
        update(CitizenIdentityNumber)
        .where(
            CitizenIdentityNumber.citizen_id == citizen_id,
            CitizenIdentityNumber.value_index == number_index,
            CitizenIdentityNumber.active.is_(True),
        )
        .values(active=False)
        .returning(CitizenIdentityNumber.id)
    )
    if released.first() is None:
        return False
    session.execute(
        update(Evidence)
        .where(Evidence.citizen_id == citizen_id, Evidence.lapsed_at.is_(None))
        .values(lapsed_at=at)
    )
    return True


def reserve_number(
    session: Session, number_index: bytes, phone_index: bytes, *, until: datetime, reference: str
) -> None:
    """Keep a number that nobody has for whoever proves that phone; an earlier one ends."""
    session.execute(
        delete(IdentityNumberReservation).where(
            IdentityNumberReservation.value_index == number_index,
            IdentityNumberReservation.taken_at.is_(None),
        )
    )
    session.add(
        IdentityNumberReservation(
            reference=reference, value_index=number_index, phone_index=phone_index, until=until
        )
    )
    session.flush()


def is_reserved(session: Session, number_index: bytes, *, besides: Collection[bytes] = ()) -> bool:
    """Whether the number waits for somebody else than who has proved one of these phones."""
    phone = session.execute(
        select(IdentityNumberReservation.phone_index).where(
            IdentityNumberReservation.value_index == number_index,
            IdentityNumberReservation.taken_at.is_(None),
        )
    ).scalar_one_or_none()
    return phone is not None and phone not in besides


def take_reserved(session: Session, number_index: bytes, at: datetime) -> None:
    """Note that who the number waited for has it now."""
    session.execute(
        update(IdentityNumberReservation)
        .where(
            IdentityNumberReservation.value_index == number_index,
            IdentityNumberReservation.taken_at.is_(None),
        )
        .values(taken_at=at)
    )


def reservation(session: Session, reference: str) -> IdentityNumberReservation | None:
    """The number that waits, or waited, because of that case."""
    return session.get(IdentityNumberReservation, reference)


def forget_reservations(session: Session, now: datetime) -> int:
    """Free the numbers that nobody came for; how many those were."""
    freed = session.execute(
        delete(IdentityNumberReservation)
        .where(IdentityNumberReservation.until <= now, IdentityNumberReservation.taken_at.is_(None))
        .returning(IdentityNumberReservation.reference)
    )
    return len(freed.all())
