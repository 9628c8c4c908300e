"""Queries on authenticators and devices; none of them commits."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy.orm import Session

from idp.authenticators.model import (
    AuthenticatorApp,
    AuthenticatorKind,
    Factors,
    KnownDevice,
    Passkey,
    RecoveryCode,
    SecondFactor,
    SeenDevice,
)
from idp.authenticators.rules import ways
from idp.citizens.model import CitizenId, CitizenIdentityNumber, Phone
from idp.core.handles import new_uuid
from idp.core.phone_number import PhoneNumber
from idp.db.encryption import BlindIndex
from idp.db.rows import Prepared, Source, rows_of
from idp.db.types import UtcDateTime

MOST_DEVICES: Final = 30
"""Of a citizen; whoever has the password could else fill the table with private windows."""
RECOVERY_CODE: Final = "recovery_code"
_Row = AuthenticatorApp | Passkey | RecoveryCode | KnownDevice
_Named = AuthenticatorApp | Passkey | KnownDevice
_NAMED: Final[Mapping[AuthenticatorKind, type[_Named]]] = {
    AuthenticatorKind.APP: AuthenticatorApp,
    AuthenticatorKind.PASSKEY: Passkey,
    AuthenticatorKind.DEVICE: KnownDevice,
}

_OF_CITIZEN: Final[BindParameter[CitizenId]] = bindparam("citizen_id")
_OF_DEVICE: Final[BindParameter[str]] = bindparam("digest")
_AT: Final = bindparam("at", type_=UtcDateTime())
_FACTORS: Final = Prepared(
    select(
        exists().where(Passkey.citizen_id == _OF_CITIZEN),
        exists().where(
            AuthenticatorApp.citizen_id == _OF_CITIZEN, AuthenticatorApp.confirmed_at.is_not(None)
        ),
        exists().where(RecoveryCode.citizen_id == _OF_CITIZEN, RecoveryCode.spent_at.is_(None)),
        exists().where(
            KnownDevice.citizen_id == _OF_CITIZEN, KnownDevice.handle_digest == _OF_DEVICE
        ),
        exists().where(
            KnownDevice.citizen_id == _OF_CITIZEN,
            KnownDevice.handle_digest == _OF_DEVICE,
            KnownDevice.skips_code_until > _AT,
        ),
        select(Phone.number)
        .where(Phone.citizen_id == _OF_CITIZEN, Phone.active.is_(True), Phone.is_default.is_(True))
        .scalar_subquery(),
    )
)
_KNOWS_NUMBER: Final = Prepared(
    select(
        exists().where(
            KnownDevice.handle_digest == _OF_DEVICE,
            KnownDevice.citizen_id == CitizenIdentityNumber.citizen_id,
            CitizenIdentityNumber.value_index == bindparam("number_index"),
            CitizenIdentityNumber.active.is_(True),
        )
    )
)
_IS_OWNER: Final = KnownDevice.citizen_id == _OF_CITIZEN
_WISH: Final = bindparam("remembered_until", type_=UtcDateTime())
_SEE_AGAIN: Final = Prepared(
    update(KnownDevice)
    .where(KnownDevice.handle_digest == bindparam("former"))
    # The rows of whoever else uses this browser follow its handle.
    .values(
        handle_digest=bindparam("latter"),
        last_used_at=case((_IS_OWNER, _AT), else_=KnownDevice.last_used_at),
        skips_code_until=func.coalesce(
            case((_IS_OWNER, _WISH), else_=None), KnownDevice.skips_code_until
        ),
    )
    .returning(KnownDevice.citizen_id)
)
_SEE_FIRST: Final = Prepared(
    insert(KnownDevice),
    columns=(
        "id",
        "citizen_id",
        "handle_digest",
        "browser",
        "system",
        "created_at",
        "last_used_at",
        "skips_code_until",
    ),
)
_FORGET_OLDEST: Final = Prepared(
    delete(KnownDevice).where(
        _IS_OWNER,
        KnownDevice.id.not_in(
            select(KnownDevice.id)
            .where(_IS_OWNER)
            .order_by(KnownDevice.last_used_at.desc())
            .limit(literal_column(str(MOST_DEVICES), Integer))
        ),
    )
)


def factors_of(source: Source, citizen_id: CitizenId, device: str | None, at: datetime) -> Factors:
    """What the citizen has, and what is known of the device with that digest; one statement."""
    found = rows_of(source).all(_FACTORS, citizen_id=citizen_id, digest=device or "", at=at)
    passkey, app, recovery_code, known, remembered, number = found[0]
    return Factors(
        passkey=bool(passkey),
        app=bool(app),
        recovery_code=bool(recovery_code),
        known=bool(known),
        remembered=bool(remembered),
        number=None if number is None else PhoneNumber(number),
    )


def ways_of(source: Source, citizen_id: CitizenId, at: datetime) -> tuple[SecondFactor, ...]:
    """What can complete the citizen's sign-ins after the password, the strongest first."""
    return ways(factors_of(source, citizen_id, None, at))


def knows_number(source: Source, device: str, number_index: bytes) -> bool:
    """Whether the citizen with that active identity number has signed in on that device."""
    found = rows_of(source).all(_KNOWS_NUMBER, digest=device, number_index=number_index)
    return bool(found[0][0])


# --- devices --------------------------------------------------------------------------------------


def note_device(source: Source, citizen_id: CitizenId, device: SeenDevice, at: datetime) -> None:
    """
    Note that the citizen has signed in on *device*; it is found by its new digest from now on.

    Of a citizen the devices that were used last are kept, and no more than `MOST_DEVICES`.
    """
    rows = rows_of(source)
    owners = rows.all(
        _SEE_AGAIN,
        former=device.former or "",
        latter=device.digest,
        citizen_id=citizen_id,
        at=at,
        remembered_until=device.remembered_until,
    )
    if (citizen_id,) in owners:
        return
    rows.change(
        _SEE_FIRST,
        id=new_uuid(),
        citizen_id=citizen_id,
        handle_digest=device.digest,
        browser=device.browser,
        system=device.system,
        created_at=at,
        last_used_at=at,
        skips_code_until=device.remembered_until,
    )
    rows.change(_FORGET_OLDEST, citizen_id=citizen_id)


def devices_of(session: Session, citizen_id: CitizenId) -> Sequence[KnownDevice]:
    """The citizen's devices, the last used first."""
    return (
        session.execute(
            select(KnownDevice)
            .where(KnownDevice.citizen_id == citizen_id)
            .order_by(KnownDevice.last_used_at.desc(), KnownDevice.id)
        )
        .scalars()
        .all()
    )


def forget_devices(session: Session, citizen_id: CitizenId) -> int:
    """Forget every device of the citizen; how many there were."""
    return _delete(session, KnownDevice, KnownDevice.citizen_id == citizen_id)


def forget_devices_unused_since(session: Session, moment: datetime) -> int:
    """Forget every device that nobody has signed in on since then; how many."""
    return _delete(session, KnownDevice, KnownDevice.last_used_at < moment)


# --- authenticator apps ---------------------------------------------------------------------------


def apps_of(session: Session, citizen_id: CitizenId) -> Sequence[AuthenticatorApp]:
    """The citizen's apps that count, the oldest first."""
    return (
        session.execute(
            select(AuthenticatorApp)
            .where(
                AuthenticatorApp.citizen_id == citizen_id,
                AuthenticatorApp.confirmed_at.is_not(None),
            )
            .order_by(AuthenticatorApp.created_at, AuthenticatorApp.id)
        )
        .scalars()
        .all()
    )


def pending_app(session: Session, citizen_id: CitizenId, app_id: str) -> AuthenticatorApp | None:
    """The app that is being set up."""
    return session.execute(
        select(AuthenticatorApp).where(
            AuthenticatorApp.id == app_id,
            AuthenticatorApp.citizen_id == citizen_id,
            AuthenticatorApp.confirmed_at.is_(None),
        )
    ).scalar_one_or_none()


def forget_pending_apps(session: Session, citizen_id: CitizenId) -> None:
    """Forget what the citizen began to set up, and did not finish."""
    _delete(
        session,
        AuthenticatorApp,
        AuthenticatorApp.citizen_id == citizen_id,
        AuthenticatorApp.confirmed_at.is_(None),
    )


def confirm_app(session: Session, app_id: str, step: int, at: datetime) -> bool:
    """Let the app count from now on; true for one caller only."""
    confirmed = session.execute(
        update(AuthenticatorApp)
        .where(AuthenticatorApp.id == app_id, AuthenticatorApp.confirmed_at.is_(None))
        .values(confirmed_at=at, step_used=step)
        .returning(AuthenticatorApp.id)
    )
    return confirmed.first() is not None


def spend_step(session: Session, app_id: str, step: int, at: datetime) -> bool:
    """Use the code of a time step: true once, and for later steps than the last one only."""
    spent = session.execute(
        update(AuthenticatorApp)
        .where(AuthenticatorApp.id == app_id, AuthenticatorApp.step_used < step)
        .values(step_used=step, last_used_at=at)
        .returning(AuthenticatorApp.id)
    )
    return spent.first() is not None


# --- passkeys -------------------------------------------------------------------------------------


def passkeys_of(session: Session, citizen_id: CitizenId) -> Sequence[Passkey]:
    """The citizen's passkeys, the oldest first."""
    return (
        session.execute(
            select(Passkey)
            .where(Passkey.citizen_id == citizen_id)
            .order_by(Passkey.created_at, Passkey.id)
        )
        .scalars()
        .all()
    )


def find_passkey(session: Session, credential_id: bytes) -> Passkey | None:
    """The passkey with that credential id, whosever it is."""
    return session.execute(
        select(Passkey).where(Passkey.credential_id == credential_id)
    ).scalar_one_or_none()


def spend_count(session: Session, passkey_id: str, count: int, at: datetime) -> bool:
    """
    Note the use of a passkey at that signature count; false where the count did not rise.

    Web Authentication §6.1.1: one that does not rise speaks for a copy of the key. Authenticators
    that do not count say nought for ever.
    """
    never_counted = Passkey.sign_count == 0
    noted = session.execute(
        update(Passkey)
        .where(Passkey.id == passkey_id, Passkey.sign_count < count if count else never_counted)
        .values(sign_count=count, last_used_at=at)
        .returning(Passkey.id)
    )
    return noted.first() is not None


# --- recovery codes -------------------------------------------------------------------------------


def recovery_code_hash(index: BlindIndex, citizen_id: CitizenId, code: str) -> bytes:
    """What is kept of a recovery code; keyed, for fifty random bits alone could be run through."""
    return index.of(RECOVERY_CODE, f"{citizen_id}\0{code}")


def replace_recovery_codes(
    session: Session, citizen_id: CitizenId, hashes: Iterable[bytes], at: datetime
) -> None:
    """Store a new set; what was left of the one before is void."""
    _delete(session, RecoveryCode, RecoveryCode.citizen_id == citizen_id)
    session.execute(
        insert(RecoveryCode),
        [{"citizen_id": citizen_id, "code_hash": each, "made_at": at} for each in hashes],
    )


def spend_recovery_code(
    session: Session, citizen_id: CitizenId, code_hash: bytes, at: datetime
) -> bool:
    """Spend a code; true for one caller only."""
    spent = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.citizen_id == citizen_id,
            RecoveryCode.code_hash == code_hash,
            RecoveryCode.spent_at.is_(None),
        )
        .values(spent_at=at)
        .returning(RecoveryCode.id)
    )
    return spent.first() is not None


def recovery_codes_left(session: Session, citizen_id: CitizenId) -> tuple[int, datetime | None]:
    """How many codes are unspent, and when the set was made; `None` where there never was one."""
    left, made_at = session.execute(
        select(
            func.count().filter(RecoveryCode.spent_at.is_(None)), func.max(RecoveryCode.made_at)
        ).where(RecoveryCode.citizen_id == citizen_id)
    ).one()
    return left, made_at


# --- whatever kind --------------------------------------------------------------------------------


def rename(
    session: Session, kind: AuthenticatorKind, citizen_id: CitizenId, one: str, name: str
) -> bool:
    """Give one of the citizen's authenticators another name; false where it is not there."""
    model = _NAMED[kind]
    renamed = session.execute(
        update(model)
        .where(model.id == one, model.citizen_id == citizen_id)
        .values(name=name)
        .returning(model.id)
    )
    return renamed.first() is not None


def remove(session: Session, kind: AuthenticatorKind, citizen_id: CitizenId, one: str) -> bool:
    """Take one of the citizen's authenticators away; true for one caller only."""
    model = _NAMED[kind]
    return bool(_delete(session, model, model.id == one, model.citizen_id == citizen_id))


def take_all(session: Session, citizen_id: CitizenId) -> int:
    """Take every app, passkey and recovery code of a citizen away; how many those were."""
    return sum(
        _delete(session, model, model.citizen_id == citizen_id)
        for model in (AuthenticatorApp, Passkey, RecoveryCode)
    )


def _delete(session: Session, model: type[_Row], *conditions: ColumnElement[bool]) -> int:
    deleted = delete(model).where(*conditions).returning(model.id)
    return len(session.execute(deleted).all())
