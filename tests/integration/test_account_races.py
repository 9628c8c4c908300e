"""What a citizen changes in two tabs at once, and what somebody else does meanwhile."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from idp.account.closing.close_own_account import CloseOwnAccount
from idp.audit.model import AuditEvent
from idp.citizens import store as citizens
from idp.citizens.blind_indexes import phone_number_index
from idp.citizens.model import AccountHold, CitizenStatus, HoldKind, Phone
from idp.consents import store as consents
from idp.consents.model import ConsentChange, ConsentLedgerEntry
from idp.core.handles import digest, new_uuid
from idp.core.phone_number import PhoneNumber
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.follow_ups.follow_ups import FollowUps
from idp.interactions.sign_in import SignIn
from idp.messaging.links import Links
from idp.messaging.model import NoticeKind
from idp.phones import store as phones
from idp.phones.change_phones import NoSuchPhone, PhoneStays, RemovePhone
from idp.phones.model import PendingPhone, PendingPhoneId
from idp.unrecognised.notice_links import PATH, NoticeLinks
from idp.unrecognised.report import LinkSpent, ReportUnrecognised
from tests.fakes.at_once import at_once
from tests.fakes.clock import FakeClock
from tests.fakes.grants import AccessTokensInMemory
from tests.fakes.logouts import nobody_to_tell
from tests.fakes.notices import NoticesInMemory
from tests.fakes.people import AN, BINH_DINH, citizen_of
from tests.fakes.sessions import SessionsInMemory


class House:
    """An's account, with what changes it."""

    def __init__(self, database: Database, index: BlindIndex, clock: FakeClock) -> None:
        self.database, self.index, self.clock = database, index, clock
        self.notices = NoticesInMemory()
        self.links = Links("https://idp.example", b"k" * 32)
        self.notice_links = NoticeLinks(
            database=database, links=self.links, lasts=timedelta(days=30), clock=clock
        )
        sign_in = SignIn(
            sessions=SessionsInMemory(clock, idle=timedelta(hours=1), maximum=timedelta(hours=12)),
            tokens=AccessTokensInMemory(clock),
            announce=nobody_to_tell(clock),
            database=database,
            clock=clock,
        )
        follow_ups = FollowUps(
            end_sessions=sign_in, notices=self.notices, database=database, clock=clock
        )
        self.report = ReportUnrecognised(database=database, follow_ups=follow_ups, clock=clock)
        self.close = CloseOwnAccount(database=database, follow_ups=follow_ups, clock=clock)
        self.remove = RemovePhone(follow_ups=follow_ups, database=database, clock=clock)
        with database.transaction() as transaction:
            citizens.add(transaction, citizen_of(AN), index)

    def add_phones(self, *numbers: str) -> list[int]:
        """More phones of An's; their ids."""
        with self.database.transaction() as transaction:
            added = [
                Phone(
                    citizen_id=AN,
                    number=number,
                    number_index=phone_number_index(self.index, PhoneNumber(number)),
                    is_default=False,
                    verified_at=self.clock.now(),
                )
                for number in numbers
            ]
            transaction.add_all(added)
            transaction.flush()
            return [phone.id for phone in added]

    def count(self, kind: str) -> int:
        with self.database.reading() as reading:
            found = reading.execute(select(AuditEvent.id).where(AuditEvent.kind == kind))
            return len(found.all())


@pytest.fixture
def house(database: Database, index: BlindIndex, clock: FakeClock) -> House:
    return House(database, index, clock)


def test_one_link_pressed_by_many_at_once_makes_one_case(house: House) -> None:
    house.notice_links.link(
        AN, NoticeKind.PASSWORD_CHANGED, house.clock.now(), reference="message-1"
    )
    handle = house.links.handle(PATH, "message-1")

    outcomes = at_once(6, lambda _: house.report.by_link(handle))

    assert sum(isinstance(outcome, str) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, LinkSpent) for outcome in outcomes) == 5
    with house.database.reading() as reading:
        [hold] = reading.execute(select(AccountHold)).scalars()
    assert (hold.kind, hold.reference) == (HoldKind.UNRECOGNISED_ACTIVITY, "BV-2026-000001")


def test_many_links_pressed_at_once_make_one_case(house: House) -> None:
    for number in range(5):
        house.notice_links.link(
            AN, NoticeKind.PHONE_ADDED, house.clock.now(), reference=f"message-{number}"
        )

    numbers = at_once(
        5, lambda each: house.report.by_link(house.links.handle(PATH, f"message-{each}"))
    )

    assert set(numbers) == {"BV-2026-000001"}
    assert house.count("activity_unrecognised") == 1
    assert len(house.notices.told) == 1


def test_a_message_that_is_sent_again_has_the_same_link(house: House) -> None:
    now = house.clock.now()

    links = {
        house.notice_links.link(AN, NoticeKind.PHONE_ADDED, now, reference="message-1")
        for _ in range(2)
    }

    assert len(links) == 1


def test_two_tabs_that_remove_the_two_other_numbers_leave_the_default_one(house: House) -> None:
    added = house.add_phones("+84912000055", "+84912000066")

    outcomes = at_once(4, lambda each: house.remove(AN, added[each % 2]))

    assert outcomes.count(None) == 2
    assert sum(isinstance(outcome, NoSuchPhone) for outcome in outcomes) == 2
    with house.database.reading() as reading:
        [left] = phones.phones_of(reading, AN, house.clock.now())
    assert left.is_default
    with pytest.raises(PhoneStays):
        house.remove(AN, left.id)


def test_a_number_that_is_being_added_is_added_once(house: House) -> None:
    pending_id = PendingPhoneId(new_uuid())
    with house.database.transaction() as transaction:
        transaction.add(
            PendingPhone(
                id=pending_id,
                citizen_id=AN,
                number_text="+84912000055",
                number_index=b"i" * 32,
                expires_at=house.clock.now() + timedelta(hours=1),
            )
        )

    def take(_: int) -> bool:
        with house.database.transaction() as transaction:
            return phones.take_pending(transaction, pending_id)

    assert sorted(at_once(5, take), key=bool) == [False] * 4 + [True]


def test_a_consent_is_withdrawn_once(house: House) -> None:
    now = house.clock.now()
    with house.database.transaction() as transaction:
        consents.give(
            transaction,
            citizen_id=AN,
            client_id=BINH_DINH,
            claims=("name", "birthdate"),
            text_hash=digest("shown"),
            at=now,
        )

    def withdraw(_: int) -> frozenset[str]:
        with house.database.transaction() as transaction:
            return consents.withdraw(
                transaction,
                citizen_id=AN,
                client_id=BINH_DINH,
                text_hash=digest("gone"),
                at=now,
            )

    outcomes = at_once(4, withdraw)

    assert outcomes.count(frozenset({"name", "birthdate"})) == 1
    assert outcomes.count(frozenset()) == 3
    with house.database.reading() as reading:
        changes = reading.execute(select(ConsentLedgerEntry.change)).scalars().all()
    assert list(changes) == [ConsentChange.GIVEN, ConsentChange.WITHDRAWN]


def test_an_account_is_closed_once(house: House) -> None:
    outcomes = at_once(4, lambda _: house.close(AN, shown="close account"))

    assert outcomes == [None] * 4
    assert house.count("account_closed") == 1
    assert [kind for kind, _ in house.notices.told] == [NoticeKind.ACCOUNT_CLOSED]
    with house.database.reading() as reading:
        assert citizens.status_of(reading, AN) is CitizenStatus.CLOSED
