"""What the carriers' word on a SIM comes to, by what a code could open."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from idp.audit.model import AuditEvent
from idp.carriers.check_phone import CheckPhone
from idp.carriers.model import DoubtReason, Guarded, PhoneDoubt
from idp.citizens import store as citizens
from idp.citizens.blind_indexes import phone_number_index
from idp.citizens.model import Citizen, CitizenId, CitizenStatus, PasswordCredential, Phone
from idp.citizens.phone_store import release_phone
from idp.core.handles import new_uuid
from idp.core.phone_number import PhoneNumber
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from tests.fakes.carrier_records import CarrierRecordsInMemory, Subscription
from tests.fakes.clock import FakeClock

NUMBER = PhoneNumber("+84912000001")
SHORT, LONG = timedelta(hours=24), timedelta(hours=72)
Ask = Callable[..., PhoneDoubt | None]


@pytest.fixture
def citizen_id(sqlite_database: Database, index: BlindIndex, clock: FakeClock) -> CitizenId:
    now = clock.now() - timedelta(days=30)
    citizen = Citizen(
        id=CitizenId(new_uuid()),
        status=CitizenStatus.ACTIVE,
        name_text="Nguyễn Thị Bưởi",
        birth_date_text="1990",
        created_at=now,
        updated_at=now,
        identity_numbers=[],
        phones=[Phone(number=NUMBER.e164, verified_at=now)],
        credential=PasswordCredential(hash="x", changed_at=now),
    )
    with sqlite_database.transaction() as transaction:
        citizens.add(transaction, citizen, index)
        return citizen.id


@pytest.fixture
def ask(
    sqlite_database: Database,
    carriers: CarrierRecordsInMemory,
    clock: FakeClock,
    citizen_id: CitizenId,
) -> Ask:
    carriers.subscriptions[NUMBER] = Subscription("vinaphone", None, None, None)
    check = CheckPhone(carriers=carriers, database=sqlite_database, clock=clock)

    def ask(during: Guarded, window: timedelta) -> PhoneDoubt | None:
        return check(citizen_id, window=window, during=during, client_id=None)

    return ask


def events(database: Database) -> list[tuple[str, str]]:
    with database.reading() as reading:
        rows = reading.execute(select(AuditEvent).order_by(AuditEvent.id)).scalars()
        return [(event.kind, str(event.details["during"])) for event in rows]


def test_a_sim_of_two_days_is_good_for_a_new_device_and_not_for_recovery(
    ask: Ask, carriers: CarrierRecordsInMemory, clock: FakeClock
) -> None:
    held = carriers.subscriptions[NUMBER]
    changed_at = clock.now() - timedelta(hours=48)
    carriers.subscriptions[NUMBER] = replace(held, sim_changed_at=changed_at)

    assert ask(Guarded.NEW_DEVICE, SHORT) is None
    assert ask(Guarded.RECOVERY, LONG) == PhoneDoubt(DoubtReason.SIM_CHANGED, clock.now() + LONG)
    assert ask(Guarded.PHONE_CHANGE, LONG) is not None


@pytest.mark.parametrize("during", Guarded)
def test_a_recycled_number_is_good_for_nothing(
    ask: Ask, carriers: CarrierRecordsInMemory, clock: FakeClock, during: Guarded
) -> None:
    held = carriers.subscriptions[NUMBER]
    carriers.subscriptions[NUMBER] = replace(held, recycled_on=clock.now().date())

    assert ask(during, SHORT) == PhoneDoubt(DoubtReason.NUMBER_RECYCLED)


def test_a_silent_carrier_is_safe_for_a_sign_in_and_noted(
    ask: Ask, carriers: CarrierRecordsInMemory, sqlite_database: Database
) -> None:
    carriers.silent.add("vinaphone")

    assert ask(Guarded.NEW_DEVICE, SHORT) is None
    assert events(sqlite_database) == [("carrier_unanswered", "new_device")]


@pytest.mark.parametrize("during", [Guarded.RECOVERY, Guarded.PHONE_CHANGE])
def test_a_silent_carrier_is_unsafe_where_the_code_is_all_there_is(
    ask: Ask, carriers: CarrierRecordsInMemory, sqlite_database: Database, during: Guarded
) -> None:
    carriers.silent.add("vinaphone")

    assert ask(during, LONG) == PhoneDoubt(DoubtReason.CARRIER_SILENT)
    assert events(sqlite_database) == [
        ("carrier_unanswered", during),
        ("phone_doubted", during),
    ]


@pytest.mark.parametrize("during", Guarded)
def test_a_phone_that_left_the_account_meanwhile_is_trusted_with_nothing(
    ask: Ask, sqlite_database: Database, index: BlindIndex, clock: FakeClock, during: Guarded
) -> None:
    with sqlite_database.transaction() as transaction:
        number = phone_number_index(index, NUMBER)
        release_phone(transaction, number, clock.now())

    assert ask(during, LONG) == PhoneDoubt(DoubtReason.NUMBER_RECYCLED)


def test_an_old_sim_leaves_no_trace(ask: Ask, sqlite_database: Database) -> None:
    assert ask(Guarded.RECOVERY, LONG) is None
    assert events(sqlite_database) == []
