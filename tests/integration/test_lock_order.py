"""Consents are locked before their account, it before its phones: no two wait for each other."""

from datetime import timedelta
from typing import Any, Final

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from idp.account.closing.close_own_account import CloseOwnAccount
from idp.carriers.match_citizen import MatchCitizen
from idp.citizens import phone_store
from idp.citizens import store as citizens
from idp.citizens.blind_indexes import phone_number_index
from idp.citizens.holds import place_hold
from idp.citizens.model import CitizenId, HoldKind, Phone
from idp.citizens.phone_store import lock_phone, phone_number_of, release_phone
from idp.core.birth_date import BirthDate
from idp.core.full_name import FullName
from idp.core.handles import new_uuid
from idp.core.identity_number import IdentityNumber
from idp.core.phone_number import PhoneNumber
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.follow_ups.follow_ups import FollowUps
from idp.messaging.model import NoticeKind
from idp.phones import add_phone
from idp.phones.add_phone import Added, AddPhone
from idp.phones.begin_phone import PhonePolicy
from idp.phones.change_phones import MakeDefault, NoSuchPhone, RemovePhone
from idp.phones.model import PendingPhone, PendingPhoneId
from idp.sessions.model import Authentication
from tests.fakes.carrier_records import CarrierRecordsInMemory, Subscription
from tests.fakes.clock import FakeClock
from tests.fakes.follow_ups import follow_ups_of
from tests.fakes.meanwhile import Meanwhile
from tests.fakes.notices import NoticesInMemory
from tests.fakes.people import AN, BINH, DAY, NOON, TWO_FACTORS, citizen_of
from tests.fakes.questions import counted

AN_S, BINH_S = "052090000001", "052090000002"
AN_PHONE, BINH_PHONE = "+84912000001", "+84912000002"
BINH_OTHERS: Final = ("+84912000003", "+84912000004")


@pytest.mark.postgresql
def test_a_phone_waits_for_its_account(postgresql_database: Database, index: BlindIndex) -> None:
    database = postgresql_database
    with database.transaction() as transaction:
        citizens.add(transaction, citizen_of(AN, numbers=("052190000001",)), index)
        phone_id = transaction.execute(select(Phone.id)).scalar_one()

    with database.transaction() as deciding:  # locks the account, as a decided dispute does
        place_hold(deciding, AN, HoldKind.OPERATOR, NOON)
        with database.transaction() as matching:
            matching.execute(text("SET LOCAL lock_timeout = '50ms'"))
            with pytest.raises(OperationalError, match="lock timeout"):
                lock_phone(matching, AN, phone_id)
            matching.rollback()
        deciding.execute(select(Phone).where(Phone.id == phone_id).with_for_update(nowait=True))


@pytest.mark.postgresql
def test_an_account_that_is_closed_waits_for_an_answer_before_it_is_locked(
    postgresql_database: Database, index: BlindIndex, clock: FakeClock
) -> None:
    """An answer holds the consent, and looks at the account after that."""
    database = postgresql_database
    with database.transaction() as transaction:
        citizens.add(transaction, citizen_of(AN, numbers=("052190000001",)), index)
    nobody: Any = None
    follow_ups = FollowUps(end_sessions=nobody, notices=nobody, database=database, clock=clock)
    close = CloseOwnAccount(database=database, follow_ups=follow_ups, clock=clock)

    with counted(database) as questions:
        close(AN, shown="-")

    locks = [str(each) for each in questions.statements if str(each).endswith("UPDATE")]
    assert "FROM consent" in locks[0]
    assert "FROM citizen" in locks[1]


class Street:
    """An and Binh, each with a phone; Binh has two more."""

    def __init__(self, database: Database, index: BlindIndex, clock: FakeClock) -> None:
        self.database, self.index, self.clock = database, index, clock
        self.carriers = CarrierRecordsInMemory(clock)
        self.follow_ups = follow_ups_of(NoticesInMemory(), database, clock)
        with database.transaction() as transaction:
            for person, number, phone in ((AN, AN_S, AN_PHONE), (BINH, BINH_S, BINH_PHONE)):
                at = clock.now() - 30 * DAY
                new = citizen_of(person, numbers=(number,), phone=phone, at=at)
                citizens.add(transaction, new, index)
            for phone in BINH_OTHERS:
                transaction.add(
                    Phone(
                        citizen_id=BINH,
                        number=phone,
                        number_index=self.index_of(phone),
                        is_default=False,
                        verified_at=clock.now() - 20 * DAY,
                    )
                )

    def index_of(self, phone: str) -> bytes:
        return phone_number_index(self.index, PhoneNumber(phone))

    def phone_id(self, phone: str) -> int:
        with self.database.reading() as reading:
            query = select(Phone.id).where(Phone.number_index == self.index_of(phone))
            return reading.execute(query).scalar_one()

    def default_of(self, citizen_id: CitizenId) -> str | None:
        with self.database.reading() as reading:
            number = phone_number_of(reading, citizen_id)
        return None if number is None else number.e164

    def take(self, phone: str) -> None:
        """What an enrolment does with the phone of whoever had it."""
        with self.database.transaction() as transaction:
            former = release_phone(transaction, self.index_of(phone), self.clock.now())
            assert former is not None
            now = self.clock.now()
            self.follow_ups.owe_notice(transaction, NoticeKind.PHONE_LOST, former, now)

    def add_phone(self, citizen_id: CitizenId, identity_number: str, phone: str) -> Added:
        """A match of the carrier moves it there."""
        self.carriers.subscriptions[PhoneNumber(phone)] = Subscription(
            carrier="vinaphone",
            identity_number=IdentityNumber(identity_number),
            full_name=FullName("Nguyễn Văn An"),
            birth_date=BirthDate(1990, 1, 2),
        )
        pending = PendingPhone(
            id=PendingPhoneId(new_uuid()),
            citizen_id=citizen_id,
            number_text=phone,
            number_index=self.index_of(phone),
            expires_at=self.clock.now() + DAY,
        )
        with self.database.transaction() as transaction:
            transaction.add(pending)
        add = AddPhone(
            match=MatchCitizen(carriers=self.carriers, lapses_after=DAY),
            count=lambda *_, **__: None,  # type: ignore[arg-type]
            follow_ups=self.follow_ups,
            database=self.database,
            index=self.index,
            clock=self.clock,
        )
        return add(pending)


@pytest.fixture
def street(postgresql_database: Database, index: BlindIndex, clock: FakeClock) -> Street:
    return Street(postgresql_database, index, clock)


@pytest.mark.postgresql
def test_who_loses_a_phone_may_be_removing_it(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    remove = RemovePhone(follow_ups=street.follow_ups, database=street.database, clock=street.clock)
    taken = street.phone_id(BINH_OTHERS[0])
    removal = Meanwhile(street.database, lambda: remove(BINH, taken))
    removal.after(monkeypatch, phone_store, "lapse_evidence_of_phone")

    street.take(BINH_OTHERS[0])

    assert isinstance(removal.outcome(), NoSuchPhone)
    assert street.default_of(BINH) == BINH_PHONE


@pytest.mark.postgresql
def test_who_loses_the_default_phone_may_be_choosing_another(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By itself the elder one takes its place; what the citizen chooses comes after that."""
    policy = PhonePolicy(at_most=5, cooling_off=DAY, sim_change_window=DAY, kept=timedelta(hours=1))
    make_default = MakeDefault(
        trust=lambda _: None,  # type: ignore[arg-type]
        policy=policy,
        follow_ups=street.follow_ups,
        database=street.database,
        clock=street.clock,
    )
    authentication = Authentication(BINH, street.clock.now(), TWO_FACTORS)
    chosen = street.phone_id(BINH_OTHERS[1])
    choice = Meanwhile(street.database, lambda: make_default(authentication, chosen))
    choice.after(monkeypatch, phone_store, "lapse_evidence_of_phone")

    street.take(BINH_PHONE)

    assert choice.outcome() is None
    assert street.default_of(BINH) == BINH_OTHERS[1]


@pytest.mark.postgresql
def test_two_who_take_a_phone_of_each_other_do_not_wait_for_each_other(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Meanwhile(street.database, lambda: street.add_phone(BINH, BINH_S, AN_PHONE))
    other.after(monkeypatch, add_phone, "lock_changeable")

    assert street.add_phone(AN, AN_S, BINH_PHONE) is Added.CONFIRMED
    assert other.outcome() is Added.CONFIRMED
    assert street.default_of(AN) == BINH_PHONE
    assert street.default_of(BINH) == BINH_OTHERS[0]
