"""Queries on citizens; none of them commits."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import ColumnElement, and_, bindparam, delete, exists, or_, select, update
from sqlalchemy.orm import Session, selectinload

from idp.citizens.model import (
    AccountHold,
    Citizen,
    CitizenId,
    CitizenIdentityNumber,
    CitizenStatus,
    ClaimedIdentityNumber,
    ClaimValue,
    Evidence,
    EvidenceKind,
    FormerEmail,
    HoldKind,
    IdentityNumberReservation,
    PasswordCredential,
    Phone,
    read_standard_claims,
)
from idp.citizens.rules import UNCONFIRMED_WAITS, bars_changes, bars_sign_in
from idp.core.birth_date import BirthDate
from idp.core.email_address import EmailAddress
from idp.core.full_name import FullName
from idp.core.identity_number import (
    IdentityNumber,
    IdentityNumberKind,
    InvalidIdentityNumber,
)
from idp.core.phone_number import PhoneNumber
from idp.db.encryption import BlindIndex
from idp.db.rows import Prepared, Source, rows_of

IDENTITY_NUMBER: Final = "identity_number"
PHONE_NUMBER: Final = "phone_number"
_LONGEST_TYPED: Final = 64


class ChangesBarred(Exception):
    """The account is held: phone, password, authenticators and evidence stay as they are."""


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
_HOLDER_OF_IDENTITY_NUMBER: Final = Prepared(
    select(CitizenIdentityNumber.citizen_id).where(
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


def identity_number_index(index: BlindIndex, number: str) -> bytes:
    """The blind index of an identity number."""
    return index.of(IDENTITY_NUMBER, number)


def typed_number_index(index: BlindIndex, typed: str) -> bytes:
    """
    The blind index of what was typed for an identity number.

    A text that is none has one too, and is looked up all the same, in vain.
    """
    try:
        return identity_number_index(index, IdentityNumber.parse(typed).value)
    except InvalidIdentityNumber:
        return identity_number_index(index, typed[:_LONGEST_TYPED])


def phone_number_index(index: BlindIndex, number: PhoneNumber) -> bytes:
    """The blind index of a phone number."""
    return index.of(PHONE_NUMBER, number.e164)


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


def verified_email_of(session: Session, citizen_id: CitizenId) -> EmailAddress | None:
    """The address that mail to the citizen may go to."""
    value = session.execute(
        select(Citizen.email).where(
            Citizen.id == citizen_id, Citizen.email_verified_at.is_not(None)
        )
    ).scalar_one_or_none()
    return None if value is None else EmailAddress(value)


def emails_at(session: Session, citizen_id: CitizenId, moment: datetime) -> list[EmailAddress]:
    """The address of mail to the citizen, and each that was it until that moment or later."""
    now = verified_email_of(session, citizen_id)
    former = session.execute(
        select(FormerEmail.address)
        .where(FormerEmail.citizen_id == citizen_id, FormerEmail.replaced_at >= moment)
        .order_by(FormerEmail.id)
    ).scalars()
    return [*([] if now is None else [now]), *map(EmailAddress, former)]


def forget_former_emails(session: Session, before: datetime) -> None:
    """Delete the addresses that were replaced before that moment."""
    session.execute(delete(FormerEmail).where(FormerEmail.replaced_at < before))


def set_verified_email(
    session: Session, citizen_id: CitizenId, address: EmailAddress, at: datetime
) -> None:
    """
    Store an address of which it is known that the citizen reads mail to it.

    The one before is kept for a while: whoever reads its mail is told, too.
    """
    former = verified_email_of(session, citizen_id)
    if former is not None and former != address:
        session.add(FormerEmail(citizen_id=citizen_id, address=former.value, replaced_at=at))
    session.execute(
        update(Citizen)
        .where(Citizen.id == citizen_id)
        .values(email=address.value, email_verified_at=at, updated_at=at)
    )


def holder_of_identity_number(source: Source, number_index: bytes) -> CitizenId | None:
    """The citizen to whom an identity number belongs."""
    row = rows_of(source).one(_HOLDER_OF_IDENTITY_NUMBER, number_index=number_index)
    return None if row is None else row[0]


def holder_of_phone(session: Session, number_index: bytes) -> CitizenId | None:
    """The citizen whose verified number it is."""
    return session.execute(
        select(Phone.citizen_id).where(Phone.number_index == number_index, Phone.active.is_(True))
    ).scalar_one_or_none()


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


def has_identity_number(source: Source, citizen_id: CitizenId, number_index: bytes) -> bool:
    """Whether an active number with that index is the citizen's."""
    return holder_of_identity_number(source, number_index) == citizen_id


def evidence_of(source: Source, citizen_id: CitizenId) -> Sequence[EvidenceRecord]:
    """Every evidence record of the citizen."""
    rows = rows_of(source).all(_EVIDENCE, citizen_id=citizen_id)
    return [EvidenceRecord(*row) for row in rows]


def release_phone(session: Session, number_index: bytes, at: datetime) -> CitizenId | None:
    """
    Take a number from the citizen who holds it, and let the evidence that rests on it lapse.

    Codes go to the number that the citizen has had longest of the others, if one of them may have
    them. Returns who that was, to one caller only.
    """
    phone = session.execute(
        select(Phone)
        .where(Phone.number_index == number_index, Phone.active.is_(True))
        .with_for_update()
    ).scalar_one_or_none()
    if phone is None:
        return None
    phone.active = False
    phone.removed_at = at
    lapse_evidence_of_phone(session, phone.id, at)
    session.flush()
    if phone.is_default:
        _choose_default_phone(session, phone.citizen_id, at)
    return phone.citizen_id


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
    _lock(session, citizen_id)
    found = session.execute(
        select(Phone.id)
        .where(Phone.id == phone_id, Phone.citizen_id == citizen_id, Phone.active.is_(True))
        .with_for_update()
    )
    return found.first() is not None


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


def place_hold(
    session: Session, citizen_id: CitizenId, kind: HoldKind, at: datetime, *, reference: str = ""
) -> bool:
    """Hold the account; false where that very hold stands already. Ends no session."""
    _lock(session, citizen_id)
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
    _lock(session, citizen_id)
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


def _lock(session: Session, citizen_id: CitizenId) -> None:
    """One change of an account's holds or phones at a time; the account is locked first."""
    session.execute(select(Citizen.id).where(Citizen.id == citizen_id).with_for_update())


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


def add(session: Session, new: Citizen, index: BlindIndex) -> None:
    """Add a citizen with all parts; blind indexes are filled in here."""
    for number in new.identity_numbers:
        number.value_index = identity_number_index(index, IdentityNumber(number.value).value)
    for phone in new.phones:
        phone.number_index = phone_number_index(index, PhoneNumber(phone.number))
    session.add(new)
    session.flush()


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
