"""Queries on citizens; none of them commits. Phones, numbers, mail and holds have their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import and_, bindparam, select, update
from sqlalchemy.orm import Session, selectinload

from idp.citizens.blind_indexes import identity_number_index, phone_number_index
from idp.citizens.model import (
    Citizen,
    CitizenId,
    CitizenIdentityNumber,
    CitizenStatus,
    ClaimValue,
    Evidence,
    EvidenceKind,
    PasswordCredential,
    Phone,
    read_standard_claims,
)
from idp.core.birth_date import BirthDate
from idp.core.full_name import FullName
from idp.core.identity_number import IdentityNumber, IdentityNumberKind
from idp.core.phone_number import PhoneNumber
from idp.db.encryption import BlindIndex
from idp.db.rows import Prepared, Source, rows_of


class PasswordReplaced(Exception):
    """The password that was right when it was typed is not the account's any more."""


Part = Literal["identity_numbers", "phones", "evidence", "credential"]


@dataclass(frozen=True, slots=True)
class SignInRecord:
    """
    What signing in needs of a citizen: one row, found by identity number.

    Nothing in it is to be decrypted: that would take longer for a number that somebody has.
    """

    citizen_id: CitizenId
    status: CitizenStatus
    password_hash: str


@dataclass(frozen=True, slots=True)
class ClaimRecord:
    """What claims are made of (`claims.ClaimSource`), by one statement: for the API's hot path."""

    full_name: FullName
    birth_date: BirthDate
    phone_number: PhoneNumber | None
    email: str | None
    updated_at: datetime
    identity_numbers: tuple[IdentityNumber, ...]
    standard_claims: Mapping[str, ClaimValue] = field(default_factory=dict)

    def number_of(self, kind: IdentityNumberKind) -> IdentityNumber | None:
        """The active number of that kind."""
        return next((number for number in self.identity_numbers if number.kind is kind), None)


@dataclass(frozen=True, slots=True)
class EvidenceRecord:
    """What levels are derived from (`rules.HeldEvidence`), and the phone it rests on."""

    kind: EvidenceKind
    verified_at: datetime
    expires_at: datetime | None
    lapsed_at: datetime | None
    phone_id: int | None


_SIGN_IN_RECORD: Final = Prepared(
    select(Citizen.id, Citizen.status, PasswordCredential.hash)
    .join(CitizenIdentityNumber, CitizenIdentityNumber.citizen_id == Citizen.id)
    .join(PasswordCredential, PasswordCredential.citizen_id == Citizen.id)
    .where(
        CitizenIdentityNumber.value_index == bindparam("number_index"),
        CitizenIdentityNumber.active.is_(True),
    )
)
_STATUS: Final = Prepared(select(Citizen.status).where(Citizen.id == bindparam("citizen_id")))
_TEST_PERSON: Final = Prepared(
    select(Citizen.test_person).where(Citizen.id == bindparam("citizen_id"))
)
_SIGN_IN_STATE: Final = Prepared(
    select(Citizen.status, Citizen.last_sign_in_at, PasswordCredential.changed_at)
    .outerjoin(PasswordCredential, PasswordCredential.citizen_id == Citizen.id)
    .where(Citizen.id == bindparam("citizen_id"))
)
_NOTE_SIGN_IN: Final = Prepared(
    update(Citizen)
    .where(Citizen.id == bindparam("citizen_id"))
    .values(last_sign_in_at=bindparam("at"))
)
_NOTED_FOR: Final = timedelta(days=1)
_EVIDENCE: Final = Prepared(
    select(
        Evidence.kind,
        Evidence.verified_at,
        Evidence.expires_at,
        Evidence.lapsed_at,
        Evidence.phone_id,
    ).where(Evidence.citizen_id == bindparam("citizen_id"))
)
_CLAIM_RECORD: Final = Prepared(
    select(
        Citizen.name_text,
        Citizen.birth_date_text,
        Citizen.email,
        Citizen.updated_at,
        Citizen.standard_claims_text,
        Phone.number,
        CitizenIdentityNumber.value,
    )
    .outerjoin(
        Phone,
        and_(Phone.citizen_id == Citizen.id, Phone.active.is_(True), Phone.is_default.is_(True)),
    )
    .outerjoin(
        CitizenIdentityNumber,
        and_(
            CitizenIdentityNumber.citizen_id == Citizen.id,
            CitizenIdentityNumber.active.is_(True),
        ),
    )
    .where(Citizen.id == bindparam("citizen_id"))
)


def sign_in_record(source: Source, number_index: bytes) -> SignInRecord | None:
    """The citizen whose active identity number has that index."""
    row = rows_of(source).one(_SIGN_IN_RECORD, number_index=number_index)
    return None if row is None else SignInRecord(*row)


def citizen(session: Session, citizen_id: CitizenId, *parts: Part) -> Citizen:
    """The citizen with the named parts loaded. Raises `NoResultFound`: a fault of ours."""
    options = [selectinload(getattr(Citizen, part)) for part in parts]
    return session.execute(
        select(Citizen).where(Citizen.id == citizen_id).options(*options)
    ).scalar_one()


def claim_record(source: Source, citizen_id: CitizenId) -> ClaimRecord:
    """What claims about the citizen are made of; the citizen is there (else `IndexError`)."""
    rows = rows_of(source).all(_CLAIM_RECORD, citizen_id=citizen_id)
    name, birth_date, email, updated_at, standard_claims, phone, _ = rows[0]
    return ClaimRecord(
        full_name=FullName(name),
        birth_date=BirthDate.from_iso(birth_date),
        phone_number=None if phone is None else PhoneNumber(phone),
        email=email,
        updated_at=updated_at,
        identity_numbers=tuple(IdentityNumber(row[6]) for row in rows if row[6] is not None),
        standard_claims=read_standard_claims(standard_claims),
    )


def holder_of_both(
    session: Session, identity_number: bytes, phone_number: bytes
) -> CitizenId | None:
    """The citizen to whom both belong, the phone as the one that codes go to; one query."""
    return session.execute(
        select(CitizenIdentityNumber.citizen_id)
        .join(Phone, Phone.citizen_id == CitizenIdentityNumber.citizen_id)
        .where(
            CitizenIdentityNumber.value_index == identity_number,
            CitizenIdentityNumber.active.is_(True),
            Phone.number_index == phone_number,
            Phone.active.is_(True),
            Phone.is_default.is_(True),
        )
    ).scalar_one_or_none()


def evidence_of(source: Source, citizen_id: CitizenId) -> Sequence[EvidenceRecord]:
    """Every evidence record of the citizen."""
    rows = rows_of(source).all(_EVIDENCE, citizen_id=citizen_id)
    return [EvidenceRecord(*row) for row in rows]


def status_of(source: Source, citizen_id: CitizenId) -> CitizenStatus | None:
    """Whether the account can be used; `None` where there is none."""
    row = rows_of(source).one(_STATUS, citizen_id=citizen_id)
    return None if row is None else row[0]


def is_test_person(source: Source, citizen_id: CitizenId) -> bool:
    """Whether the account is an invented person's; one that is not there is nobody's."""
    row = rows_of(source).one(_TEST_PERSON, citizen_id=citizen_id)
    return row is not None and bool(row[0])


def may_sign_in(
    source: Source, citizen_id: CitizenId, at: datetime, *, password_at: datetime | None = None
) -> bool:
    """
    Whether the account can be used; then the sign-in is noted, at most once a day.

    Most sign-ins write nothing here: the row would else be written as often as it is read.
    Raises `PasswordReplaced` where another password was set after *password_at*, when one was
    right: whoever knew the former one is out, wherever they stood.
    """
    row = rows_of(source).one(_SIGN_IN_STATE, citizen_id=citizen_id)
    if row is None or row[0] is not CitizenStatus.ACTIVE:
        return False
    if password_at is not None and row[2] is not None and row[2] > password_at:
        raise PasswordReplaced
    if at - row[1] >= _NOTED_FOR:
        note_sign_in(source, citizen_id, at)
    return True


def note_sign_in(source: Source, citizen_id: CitizenId, at: datetime) -> None:
    """Note when the citizen was here last, or was let in again."""
    rows_of(source).change(_NOTE_SIGN_IN, citizen_id=citizen_id, at=at)


def lock(session: Session, *citizen_ids: CitizenId) -> None:
    """
    One change of what belongs to an account at a time; the account is locked before all that.

    Accounts that change together are locked by one call, in one order for everybody. Rows that only
    refer to an account do not wait: whoever adds one would hold what the other one comes to next.
    """
    session.execute(
        select(Citizen.id)
        .where(Citizen.id.in_(citizen_ids))
        .order_by(Citizen.id)
        .with_for_update(key_share=True)
    )


def replace_password(
    session: Session, citizen_id: CitizenId, password_hash: str, at: datetime
) -> None:
    """Store a new password hash."""
    session.execute(
        update(PasswordCredential)
        .where(PasswordCredential.citizen_id == citizen_id)
        .values(hash=password_hash, changed_at=at)
    )


def rehash_password(session: Session, citizen_id: CitizenId, *, former: str, new: str) -> None:
    """
    Store the same password's hash at another cost.

    Only over *former*: a password that was replaced since it was verified must not come back.
    """
    session.execute(
        update(PasswordCredential)
        .where(PasswordCredential.citizen_id == citizen_id, PasswordCredential.hash == former)
        .values(hash=new)
    )


def add(session: Session, new: Citizen, index: BlindIndex) -> None:
    """Add a citizen with all parts; blind indexes are filled in here."""
    for number in new.identity_numbers:
        number.value_index = identity_number_index(index, IdentityNumber(number.value).value)
    for phone in new.phones:
        phone.number_index = phone_number_index(index, PhoneNumber(phone.number))
    session.add(new)
    session.flush()
