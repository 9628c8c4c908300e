"""Queries on citizens' phones; none of them commits."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, exists, or_, select, update
from sqlalchemy.orm import Session

from idp.citizens.model import CitizenId, Evidence, EvidenceKind, Phone
from idp.citizens.rules import UNCONFIRMED_WAITS
from idp.citizens.store import lock
from idp.core.phone_number import PhoneNumber
from idp.db.rows import Prepared, Source, rows_of

_PHONE_NUMBER: Final = Prepared(
    select(Phone.number).where(
        Phone.citizen_id == bindparam("citizen_id"),
        Phone.active.is_(True),
        Phone.is_default.is_(True),
    )
)
_VERIFIED_NUMBER: Final = Prepared(
    select(Phone.number, Phone.verified_at).where(
        Phone.citizen_id == bindparam("citizen_id"),
        Phone.active.is_(True),
        Phone.is_default.is_(True),
    )
)


def phone_number_of(source: Source, citizen_id: CitizenId) -> PhoneNumber | None:
    """The number that one-time passwords of the citizen go to."""
    row = rows_of(source).one(_PHONE_NUMBER, citizen_id=citizen_id)
    return None if row is None else PhoneNumber(row[0])


def verified_number_of(
    source: Source, citizen_id: CitizenId
) -> tuple[PhoneNumber, datetime] | None:
    """The same number, and when it was proved to be the citizen's."""
    row = rows_of(source).one(_VERIFIED_NUMBER, citizen_id=citizen_id)
    return None if row is None else (PhoneNumber(row[0]), row[1])


def phone_numbers_at(
    session: Session, citizen_id: CitizenId, moment: datetime
) -> Sequence[PhoneNumber]:
    """Every number that was the citizen's up to that moment, or is now; the oldest first."""
    numbers = session.execute(
        select(Phone.number)
        .where(
            Phone.citizen_id == citizen_id,
            or_(Phone.active.is_(True), Phone.removed_at >= moment),
        )
        .order_by(Phone.verified_at, Phone.id)
    )
    return [PhoneNumber(number) for number in numbers.scalars()]


def holder_of_phone(session: Session, number_index: bytes) -> CitizenId | None:
    """The citizen whose verified number it is."""
    return session.execute(
        select(Phone.citizen_id).where(Phone.number_index == number_index, Phone.active.is_(True))
    ).scalar_one_or_none()


def phone_indexes_of(session: Session, citizen_id: CitizenId) -> frozenset[bytes]:
    """The blind indexes of the citizen's phones."""
    rows = session.execute(
        select(Phone.number_index).where(Phone.citizen_id == citizen_id, Phone.active.is_(True))
    )
    return frozenset(rows.scalars())


def default_phone(session: Session, citizen_id: CitizenId) -> Phone | None:
    """The phone that codes go to."""
    return session.execute(
        select(Phone).where(
            Phone.citizen_id == citizen_id, Phone.active.is_(True), Phone.is_default.is_(True)
        )
    ).scalar_one_or_none()


def has_default_phone(session: Session, citizen_id: CitizenId, number_index: bytes) -> bool:
    """Whether the citizen's codes go to the number with that index."""
    phone = default_phone(session, citizen_id)
    return phone is not None and phone.number_index == number_index


def lock_with_holder(session: Session, citizen_id: CitizenId, number_index: bytes) -> None:
    """Lock the account, and the one that has the number, before it comes from there to here."""
    holder = holder_of_phone(session, number_index)
    lock(session, citizen_id, *(() if holder is None else (holder,)))


def locked_phone(session: Session, number_index: bytes) -> Phone | None:
    """The phone with that number, which stays whose it is until the commit; so does the account."""
    while (holder := holder_of_phone(session, number_index)) is not None:
        lock(session, holder)
        phone = session.execute(
            select(Phone)
            .where(
                Phone.number_index == number_index,
                Phone.active.is_(True),
                Phone.citizen_id == holder,
            )
            .with_for_update()
        ).scalar_one_or_none()
        if phone is not None:  # else it went to another account while this one was waited for
            return phone
    return None


def release_phone(session: Session, number_index: bytes, at: datetime) -> CitizenId | None:
    """Like `release`, of the phone with that number: returns who had it, to one caller only."""
    phone = locked_phone(session, number_index)
    if phone is None:
        return None
    release(session, phone, at)
    return phone.citizen_id


def release(session: Session, phone: Phone, at: datetime) -> None:
    """
    Take a locked phone from the citizen who holds it, and let the evidence resting on it lapse.

    Codes go to the number that the citizen has had longest of the others, if one of them may have
    them.
    """
    phone.active = False
    phone.removed_at = at
    lapse_evidence_of_phone(session, phone.id, at)
    session.flush()
    if phone.is_default:
        _choose_default_phone(session, phone.citizen_id, at)


def _choose_default_phone(session: Session, citizen_id: CitizenId, at: datetime) -> None:
    """
    Let codes go to another number: one that a carrier confirmed, or that has been there for long.

    Whoever was at the citizen's unlocked phone may have added their own, and make the other one go.
    """
    confirmed = exists().where(
        Evidence.phone_id == Phone.id,
        Evidence.kind == EvidenceKind.CARRIER_MATCH,
        Evidence.lapsed_at.is_(None),
        or_(Evidence.expires_at.is_(None), Evidence.expires_at > at),
    )
    longest_held = session.execute(
        select(Phone)
        .where(
            Phone.citizen_id == citizen_id,
            Phone.active.is_(True),
            or_(confirmed, Phone.verified_at <= at - UNCONFIRMED_WAITS),
        )
        .order_by(Phone.verified_at, Phone.id)
        .limit(1)
    ).scalar_one_or_none()
    if longest_held is not None:
        longest_held.is_default = True
        session.flush()


def make_default_phone(session: Session, citizen_id: CitizenId, phone_id: int) -> None:
    """Let codes go to that phone from now on; the caller has locked the account."""
    session.execute(
        update(Phone)
        .where(Phone.citizen_id == citizen_id, Phone.active.is_(True), Phone.is_default.is_(True))
        .values(is_default=False)
    )
    session.execute(update(Phone).where(Phone.id == phone_id).values(is_default=True))


def lapse_evidence_of_phone(session: Session, phone_id: int, at: datetime) -> None:
    """Let what rests on that phone count no more."""
    session.execute(
        update(Evidence)
        .where(Evidence.phone_id == phone_id, Evidence.lapsed_at.is_(None))
        .values(lapsed_at=at)
    )


def lock_phone(session: Session, citizen_id: CitizenId, phone_id: int) -> bool:
    """
    Whether the phone is still the citizen's; it stays so until the commit.

    The account is locked before it, as by whoever changes both: else two wait for each other.
    """
    lock(session, citizen_id)
    found = session.execute(
        select(Phone.id)
        .where(Phone.id == phone_id, Phone.citizen_id == citizen_id, Phone.active.is_(True))
        .with_for_update()
    )
    return found.first() is not None
