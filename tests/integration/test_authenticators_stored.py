"""Authenticators and devices in the database: what is spent once, and whose it is."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from idp.audit.model import AuditEvent
from idp.authenticators import store
from idp.authenticators.forget_devices import end_authenticators, end_remembered_devices
from idp.authenticators.model import (
    AuthenticatorApp,
    Factors,
    KnownDevice,
    Passkey,
    SecondFactor,
    SeenDevice,
)
from idp.authenticators.store import MOST_DEVICES
from idp.citizens import store as citizens
from idp.citizens.blind_indexes import typed_number_index
from idp.citizens.model import CitizenId
from idp.core.handles import new_uuid
from idp.core.phone_number import PhoneNumber
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.totp.codes import new_totp_secret
from tests.fakes.at_once import at_once
from tests.fakes.people import AN, BINH, DAY, NOON, citizen_of

SECOND = timedelta(seconds=1)
AN_S, BINH_S = "052090000001", "052090000002"
NOTHING = Factors(
    passkey=False, app=False, recovery_code=False, known=False, remembered=False, number=None
)
PHONE_ALONE = replace(NOTHING, number=PhoneNumber.parse("0912000001"))


@pytest.fixture
def database(database: Database, index: BlindIndex) -> Database:
    with database.transaction() as transaction:
        citizens.add(transaction, citizen_of(), index)
        citizens.add(transaction, citizen_of(BINH, numbers=(BINH_S,), phone=None), index)
    return database


def seen(database: Database, who: CitizenId, device: SeenDevice, at: object = NOON) -> None:
    with database.transaction() as transaction:
        store.note_device(transaction, who, device, at)  # type: ignore[arg-type]


def factors(database: Database, who: CitizenId, device: str | None, at: object = NOON) -> Factors:
    with database.reading() as reading:
        return store.factors_of(reading, who, device, at)  # type: ignore[arg-type]


def new_device(digest: str, former: str | None = None, **more: object) -> SeenDevice:
    return SeenDevice(former, digest, "Firefox", "Linux", **more)  # type: ignore[arg-type]


def test_a_device_is_known_after_its_first_sign_in_to_that_citizen_alone(
    database: Database, index: BlindIndex
) -> None:
    seen(database, AN, new_device("one"))

    assert factors(database, AN, "one").known
    assert not factors(database, AN, "one").remembered
    assert factors(database, BINH, "one") == NOTHING
    assert factors(database, AN, None) == PHONE_ALONE
    with database.reading() as reading:
        assert store.knows_number(reading, "one", typed_number_index(index, AN_S))
        assert not store.knows_number(reading, "one", typed_number_index(index, BINH_S))
        assert not store.knows_number(reading, "two", typed_number_index(index, AN_S))


def test_each_sign_in_gives_the_device_another_handle_and_the_former_is_worth_nothing(
    database: Database,
) -> None:
    until = NOON + 30 * DAY
    seen(database, AN, new_device("one", remembered_until=until))
    seen(database, BINH, new_device("two", former="one"))

    assert factors(database, AN, "one") == PHONE_ALONE
    assert factors(database, AN, "two").remembered
    assert factors(database, BINH, "two").known
    assert not factors(database, BINH, "two").remembered


def test_a_wish_to_be_remembered_ends_and_is_not_prolonged_by_signing_in(
    database: Database,
) -> None:
    seen(database, AN, new_device("one", remembered_until=NOON + 30 * DAY))
    seen(database, AN, new_device("two", former="one"), NOON + 29 * DAY)

    assert factors(database, AN, "two", NOON + 30 * DAY - SECOND).remembered
    after = factors(database, AN, "two", NOON + 30 * DAY)
    assert (after.known, after.remembered) == (True, False)


def test_of_a_citizen_the_devices_used_last_are_kept(database: Database) -> None:
    for number in range(MOST_DEVICES + 2):
        seen(database, AN, new_device(f"d{number}"), NOON + number * SECOND)

    assert not factors(database, AN, "d1").known
    assert factors(database, AN, "d2").known


def test_ending_the_devices_of_one_leaves_those_of_another(database: Database) -> None:
    seen(database, AN, new_device("one"))
    seen(database, BINH, new_device("two", former="one"))
    with database.transaction() as transaction:
        assert end_remembered_devices(transaction, AN, NOON) == 1
        assert end_remembered_devices(transaction, AN, NOON) == 0

    assert not factors(database, AN, "two").known
    assert factors(database, BINH, "two").known
    with database.reading() as reading:
        events = reading.execute(select(AuditEvent.kind, AuditEvent.details)).all()
    assert events == [("devices_forgotten", {"devices": 1})]


def test_devices_nobody_uses_are_forgotten(database: Database) -> None:
    seen(database, AN, new_device("one"))
    seen(database, AN, new_device("two"), NOON + DAY)
    with database.transaction() as transaction:
        assert store.forget_devices_unused_since(transaction, NOON + SECOND) == 1

    with database.reading() as reading:
        assert reading.execute(select(KnownDevice.handle_digest)).scalars().all() == ["two"]


def an_app(database: Database, *, step: int = 100) -> str:
    app_id = new_uuid()
    with database.transaction() as transaction:
        transaction.add(
            AuthenticatorApp(
                id=app_id,
                citizen_id=AN,
                name="Điện thoại",
                secret=new_totp_secret(),
                step_used=step,
                created_at=NOON,
                confirmed_at=NOON,
            )
        )
    return app_id


def test_a_time_step_counts_once_whoever_comes_at_once(database: Database) -> None:
    app_id = an_app(database)

    def spend(_caller: int) -> bool:
        with database.transaction() as transaction:
            return store.spend_step(transaction, app_id, 101, NOON)

    assert sorted(at_once(4, spend)) == [False, False, False, True]
    with database.transaction() as transaction:
        assert not store.spend_step(transaction, app_id, 100, NOON)
        assert store.spend_step(transaction, app_id, 102, NOON)


def test_a_recovery_code_counts_once_whoever_comes_at_once(
    database: Database, index: BlindIndex
) -> None:
    code_hash = store.recovery_code_hash(index, AN, "ABCDE12345")
    with database.transaction() as transaction:
        store.replace_recovery_codes(transaction, AN, [code_hash, b"x" * 32], NOON)

    def spend(_caller: int) -> bool:
        with database.transaction() as transaction:
            return store.spend_recovery_code(transaction, AN, code_hash, NOON)

    assert sorted(at_once(4, spend)) == [False, False, False, True]
    with database.transaction() as transaction:
        assert store.recovery_codes_left(transaction, AN) == (1, NOON)
        assert store.recovery_codes_left(transaction, BINH) == (0, None)
        assert not store.spend_recovery_code(transaction, BINH, b"x" * 32, NOON)


def test_a_new_set_of_recovery_codes_voids_the_old(database: Database) -> None:
    with database.transaction() as transaction:
        store.replace_recovery_codes(transaction, AN, [b"a" * 32], NOON)
        store.replace_recovery_codes(transaction, AN, [b"b" * 32], NOON)

        assert not store.spend_recovery_code(transaction, AN, b"a" * 32, NOON)
        assert store.spend_recovery_code(transaction, AN, b"b" * 32, NOON)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([1, 2, 2, 1, 7], [True, True, False, False, True]),
        ([0, 0, 3, 0], [True, True, True, False]),
    ],
)
def test_a_signature_count_that_does_not_rise_speaks_for_a_copy(
    database: Database, counts: list[int], expected: list[bool]
) -> None:
    passkey = Passkey(
        id=new_uuid(),
        citizen_id=AN,
        name="Máy tính",
        credential_id=b"c" * 16,
        public_key=b"k",
        sign_count=0,
        copyable=False,
        created_at=NOON,
    )
    with database.transaction() as transaction:
        transaction.add(passkey)
        transaction.flush()

        assert expected == [
            store.spend_count(transaction, passkey.id, count, NOON) for count in counts
        ]


def test_what_a_citizen_has_is_found_by_one_statement(
    database: Database, index: BlindIndex
) -> None:
    an_app(database)
    with database.transaction() as transaction:
        store.replace_recovery_codes(transaction, AN, [b"a" * 32], NOON)

        assert store.ways_of(transaction, AN, NOON) == (
            SecondFactor.APP,
            SecondFactor.SMS,
            SecondFactor.RECOVERY_CODE,
        )
        store.spend_recovery_code(transaction, AN, b"a" * 32, NOON)
        assert store.ways_of(transaction, AN, NOON) == (SecondFactor.APP, SecondFactor.SMS)
        assert store.ways_of(transaction, BINH, NOON) == ()


def test_an_account_that_ends_keeps_no_way_in(database: Database) -> None:
    an_app(database)
    seen(database, AN, new_device("one"))
    with database.transaction() as transaction:
        store.replace_recovery_codes(transaction, AN, [b"a" * 32], NOON)
        end_authenticators(transaction, AN, NOON)

    assert factors(database, AN, "one") == PHONE_ALONE
