"""Two that end one request at the same moment, on both databases."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from idp.audit.model import AuditEvent
from idp.citizens import store as citizens
from idp.citizens.blind_indexes import identity_number_index, phone_number_index
from idp.citizens.model import (
    Citizen,
    CitizenId,
    CitizenIdentityNumber,
    CitizenStatus,
    PasswordCredential,
    Phone,
)
from idp.citizens.phone_store import phone_number_of
from idp.core.handles import digest, new_handle, new_uuid
from idp.core.identity_number import IdentityNumber
from idp.core.phone_number import PhoneNumber
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.follow_ups.follow_ups import FollowUps
from idp.follow_ups.model import EndOfSessions
from idp.recovery import replace_phone, store
from idp.recovery.ask_for_other_phone import RecoveryGone
from idp.recovery.cancel import CancelRecovery
from idp.recovery.model import PhoneRecovery, PhoneRecoveryId, RecoveryEnd, RecoveryText
from idp.recovery.replace_phone import ReplacePhone
from tests.fakes.at_once import at_once
from tests.fakes.clock import FakeClock
from tests.fakes.meanwhile import Meanwhile
from tests.fakes.people import BINH, citizen_of

NUMBER = IdentityNumber("052190000001")
LOST, OTHER = PhoneNumber("+84912000001"), PhoneNumber("+84962000002")
HANDLE = "a" * 22


class Heard:
    """Notices, texts and ended sessions, as they were asked for."""

    def __init__(self) -> None:
        self.texts: list[RecoveryText] = []
        self.notices: list[str] = []
        self.ended: list[str] = []

    def send_recovery_text(self, what: RecoveryText, recovery_id: PhoneRecoveryId) -> None:
        self.texts.append(what)

    def tell(self, kind: str, citizen_id: CitizenId, at: object) -> None:
        self.notices.append(kind)

    def tell_former_phone(self, recovery_id: str) -> None:
        self.texts.append(RecoveryText.REPLACED)

    def carry_out(self, end: EndOfSessions) -> None:
        self.ended.append(end.reason)


class House:
    """One citizen with a request whose wait is over, and the two ways to end it."""

    def __init__(self, database: Database, index: BlindIndex, clock: FakeClock) -> None:
        self.database, self.heard = database, Heard()
        heard: Any = self.heard
        self.recovery_id = PhoneRecoveryId(new_handle())
        self.citizen_id = CitizenId(new_uuid())
        self.cancel = CancelRecovery(database=database, queue=heard, clock=clock)
        self.replace = ReplacePhone(
            database=database,
            follow_ups=FollowUps(end_sessions=heard, notices=heard, database=database, clock=clock),
            carrier_match_lapses_after=timedelta(days=1095),
            clock=clock,
        )
        now = clock.now()
        citizen = Citizen(
            id=self.citizen_id,
            status=CitizenStatus.ACTIVE,
            name_text="Nguyễn Thị Bưởi",
            birth_date_text="1990-01-02",
            created_at=now,
            updated_at=now,
            identity_numbers=[
                CitizenIdentityNumber(kind=NUMBER.kind, value=NUMBER.value, created_at=now)
            ],
            phones=[Phone(number=LOST.e164, verified_at=now)],
            credential=PasswordCredential(hash="old", changed_at=now),
        )
        matched = {
            "carrier": "viettel",
            "reference": "r",
            "attributes": [],
            "spelling": None,
            "checked_at": now.isoformat(),
        }
        with database.transaction() as transaction:
            citizens.add(transaction, citizen, index)
            transaction.add(
                PhoneRecovery(
                    id=self.recovery_id,
                    interaction_id="i",
                    phone_text=OTHER.e164,
                    phone_number_index=phone_number_index(index, OTHER),
                    identity_number_index=identity_number_index(index, NUMBER.value),
                    created_at=now,
                    expires_at=now + timedelta(days=7),
                    citizen_id=self.citizen_id,
                    former_phone_id=citizen.phones[0].id,
                    cancel_handle=digest(HANDLE),
                    possible_from=now,
                    owner_told_at=now,
                    matched=matched,
                )
            )

    def end(self) -> RecoveryEnd | None:
        with self.database.reading() as reading:
            return reading.execute(select(PhoneRecovery.end)).scalar_one()

    def active_phones(self) -> list[str]:
        with self.database.reading() as reading:
            query = select(Phone).where(Phone.active.is_(True))
            return [phone.number for phone in reading.execute(query).scalars()]

    def password(self) -> str:
        with self.database.reading() as reading:
            return reading.get_one(PasswordCredential, self.citizen_id).hash

    def kinds(self) -> list[str]:
        with self.database.reading() as reading:
            return list(reading.execute(select(AuditEvent.kind)).scalars())


@pytest.fixture
def house(database: Database, index: BlindIndex, clock: FakeClock) -> House:
    return House(database, index, clock)


def test_of_two_completions_one_sets_its_password(house: House) -> None:
    outcomes = at_once(
        2, lambda caller: house.replace(house.recovery_id, f"new {caller}", client_id=None)
    )

    done = [caller for caller, outcome in enumerate(outcomes) if outcome == house.citizen_id]
    assert len(done) == 1
    assert [type(one) for one in outcomes].count(RecoveryGone) == 1
    assert house.password() == f"new {done[0]}"
    assert house.active_phones() == [OTHER.e164]
    assert house.kinds().count("phone_recovered") == 1


def test_of_cancelling_and_completing_one_happens(house: House) -> None:
    def end(caller: int) -> None:
        if caller:
            house.cancel(HANDLE)
        else:
            house.replace(house.recovery_id, "new", client_id=None)

    outcomes = at_once(2, end)

    assert [type(one) for one in outcomes].count(RecoveryGone) == 1
    if house.end() is RecoveryEnd.CANCELLED:
        assert (house.password(), house.active_phones()) == ("old", [LOST.e164])
        assert house.heard.texts == [RecoveryText.CANCELLED]
        assert house.heard.ended == []
    else:
        assert (house.password(), house.active_phones()) == ("new", [OTHER.e164])
        assert house.heard.texts == [RecoveryText.REPLACED]


def test_of_two_that_cancel_one_is_noted(house: House) -> None:
    at_once(2, lambda _: house.cancel(HANDLE))

    assert house.kinds() == ["phone_recovery_cancelled"]
    assert house.heard.texts == [RecoveryText.CANCELLED]


def test_a_request_is_found_again_by_both_numbers_only(
    house: House, index: BlindIndex, clock: FakeClock
) -> None:
    number = identity_number_index(index, NUMBER.value)
    other, lost = (phone_number_index(index, phone) for phone in (OTHER, LOST))

    with house.database.reading() as reading:
        found = [store.waiting_for(reading, number, phone, clock.now()) for phone in (other, lost)]

    assert found == [house.recovery_id, None]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # SQLite writes one by one
def test_who_gets_the_number_at_this_moment_loses_it(
    house: House, index: BlindIndex, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def enrol() -> None:
        with house.database.transaction() as transaction:
            new = citizen_of(BINH, phone=OTHER.e164, at=clock.now())
            citizens.add(transaction, new, index)

    meanwhile = Meanwhile(house.database, enrol).after(monkeypatch, replace_phone, "release_phone")

    house.replace(house.recovery_id, "new", client_id=None)

    assert meanwhile.outcome() is None
    assert (house.password(), house.active_phones()) == ("new", [OTHER.e164])
    with house.database.reading() as reading:
        assert phone_number_of(reading, BINH) is None
        assert phone_number_of(reading, house.citizen_id) == OTHER
    assert house.heard.notices.count("phone_lost") == 1
