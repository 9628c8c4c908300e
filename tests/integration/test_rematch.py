"""The yearly question to the carriers: whose turn it is, and what follows from the answer."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select

from idp.audit.model import AuditEvent
from idp.carriers.match_citizen import MatchCitizen
from idp.carriers.model import ClaimedIdentity, MatchOutcome
from idp.carriers.ports import CarrierUnavailable
from idp.citizens import store as citizens
from idp.citizens.blind_indexes import identity_number_index, phone_number_index
from idp.citizens.close_account import close_account
from idp.citizens.holds import place_hold
from idp.citizens.model import (
    CitizenId,
    CitizenIdentityNumber,
    CitizenStatus,
    Evidence,
    EvidenceKind,
    HoldKind,
    Phone,
)
from idp.citizens.number_store import (
    claim_number,
    holder_of_identity_number,
    release_identity_number,
)
from idp.citizens.phone_store import phone_number_of, release_phone
from idp.citizens.rules import VerificationLevel, verification_level
from idp.core.birth_date import BirthDate
from idp.core.full_name import FullName
from idp.core.handles import Handle
from idp.core.identity_number import IdentityNumber, IdentityNumberKind
from idp.core.phone_number import PhoneNumber
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.follow_ups.follow_ups import LEFT_AFTER
from idp.interactions.sign_in import SignIn
from idp.messaging.model import NoticeKind
from idp.rematch.rematch_phone import NEXT_NIGHT, RematchPhone
from idp.rematch.rules import Finding
from idp.rematch.sweep import NightWork, RematchSweep
from idp.sessions.model import Authentication
from idp.sessions.rules import PASSWORD_AND_SMS
from idp.settings import Rate
from idp.throttling.ports import Budget
from tests.fakes.at_once import at_once
from tests.fakes.carrier_records import CarrierRecordsInMemory, Subscription
from tests.fakes.clock import FakeClock
from tests.fakes.follow_ups import follow_ups_of
from tests.fakes.grants import AccessTokensInMemory
from tests.fakes.logouts import nobody_to_tell
from tests.fakes.notices import NoticesInMemory
from tests.fakes.people import AN, BINH, citizen_of, evidence_of
from tests.fakes.sessions import SessionsInMemory
from tests.fakes.throttle import ThrottleInMemory

YEAR = timedelta(days=365)
MIDNIGHT = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)  # in Vietnam
LEVELS = (
    VerificationLevel(1, frozenset({"self_declared"}), "", ""),
    VerificationLevel(2, frozenset({"carrier_match"}), "", ""),
    VerificationLevel(3, frozenset({"counter_visit"}), "", ""),
)
AN_HOLDS = Subscription(
    carrier="viettel",
    identity_number=IdentityNumber("052090000001"),
    full_name=FullName("Nguyễn Văn An"),
    birth_date=BirthDate(1990, 1, 2),
)


class House:
    """An's account, confirmed by a carrier two years ago, and the night that asks again."""

    def __init__(self, database: Database, index: BlindIndex) -> None:
        self.database, self.index, self.clock = database, index, FakeClock(MIDNIGHT)
        self.carriers = CarrierRecordsInMemory(self.clock)
        self.notices = NoticesInMemory()
        self.throttle = ThrottleInMemory(self.clock)
        self.sessions = SessionsInMemory(
            self.clock, idle=timedelta(hours=1), maximum=timedelta(hours=12)
        )
        self.sign_in = SignIn(
            sessions=self.sessions,
            tokens=AccessTokensInMemory(self.clock),
            announce=nobody_to_tell(self.clock),
            database=database,
            clock=self.clock,
        )
        self.follow_ups = follow_ups_of(self.notices, database, self.clock)
        self.rematch = RematchPhone(
            carriers=self.carriers,
            match=MatchCitizen(carriers=self.carriers, lapses_after=3 * YEAR),
            sign_in=self.sign_in,
            follow_ups=self.follow_ups,
            rematch_after=YEAR,
            database=database,
            index=index,
            clock=self.clock,
        )

    def sweep(self, *, minute: int = 100, night: int = 1000) -> Counter[str]:
        """One run of the night's work, with such quotas for each carrier."""
        windows = (
            Rate(count=minute, period=timedelta(minutes=1)),
            Rate(count=night, period=timedelta(hours=12)),
        )
        return RematchSweep(
            rematch=self.rematch,
            work=NightWork(
                begins=time(22),
                ends=time(5),
                rematch_after=YEAR,
                quotas={
                    name: Budget(f"rematch_{name}", windows) for name in ("viettel", "vinaphone")
                },
            ),
            throttle=self.throttle,
            database=self.database,
            clock=self.clock,
        )()

    def enrolled(
        self,
        citizen_id: CitizenId = AN,
        *,
        number: str = "052090000001",
        phone: str = "+84961000001",
        ago: timedelta = 2 * YEAR,
        holds: Subscription | None = AN_HOLDS,
        numbers: tuple[str, ...] = (),
    ) -> int:
        """Somebody whose phone a carrier confirmed so long ago; the phone's id."""
        at = self.clock.now() - ago
        if holds is not None:
            self.carriers.subscriptions[PhoneNumber(phone)] = replace(
                holds, identity_number=IdentityNumber(number)
            )
        with self.database.transaction() as transaction:
            citizen = citizen_of(citizen_id, numbers=numbers or (number,), phone=phone, at=at)
            citizens.add(transaction, citizen, self.index)
            phone_id = citizen.phones[0].id
            transaction.add(
                evidence_of(
                    citizen_id=citizen_id,
                    phone_id=phone_id,
                    verified_at=at,
                    expires_at=at + 3 * YEAR,
                )
            )
        return phone_id

    def many(self, count: int) -> list[int]:
        """So many people, the first of them confirmed longest ago."""
        return [
            self.enrolled(
                CitizenId(f"{number:08d}-0000-4000-8000-000000000000"),
                number=f"0520900{number:05d}",
                phone=f"+8496{number:07d}",
                ago=2 * YEAR - timedelta(days=number),
            )
            for number in range(count)
        ]

    def begin_session(self, citizen_id: CitizenId = AN) -> Handle:
        authentication = Authentication(citizen_id, self.clock.now(), PASSWORD_AND_SMS)
        return self.sign_in(authentication, None)[0]

    def level(self, citizen_id: CitizenId = AN) -> int:
        with self.database.reading() as reading:
            evidence = citizens.evidence_of(reading, citizen_id)
        return verification_level(evidence, LEVELS, self.clock.now()).level

    def evidence(self, citizen_id: CitizenId = AN) -> list[Evidence]:
        with self.database.reading() as reading:
            found = select(Evidence).where(Evidence.citizen_id == citizen_id).order_by(Evidence.id)
            return list(reading.execute(found).scalars())

    def number_of(self, citizen_id: CitizenId = AN) -> PhoneNumber | None:
        with self.database.reading() as reading:
            return phone_number_of(reading, citizen_id)

    @property
    def events(self) -> list[str]:
        with self.database.reading() as reading:
            return list(reading.execute(select(AuditEvent.kind).order_by(AuditEvent.id)).scalars())


@pytest.fixture
def house(sqlite_database: Database, index: BlindIndex) -> House:
    return House(sqlite_database, index)


@pytest.fixture
def on_each(database: Database, index: BlindIndex) -> House:
    """The same on every database, for what its statements decide."""
    return House(database, index)


def test_the_same_holder_keeps_the_level_for_three_more_years(on_each: House) -> None:
    phone_id = on_each.enrolled()
    session = on_each.begin_session()

    assert on_each.sweep() == {Finding.STILL_HELD: 1}

    former, renewed = on_each.evidence()
    assert former.lapsed_at == renewed.verified_at == on_each.clock.now()
    assert (renewed.phone_id, renewed.expires_at) == (phone_id, on_each.clock.now() + 3 * YEAR)
    assert renewed.attributes == ["birth_date", "full_name", "identity_number"]
    assert on_each.level() == 2
    assert on_each.sessions.find(session) is not None
    assert on_each.notices.told == []
    assert on_each.sweep() == {}


def test_nobody_is_asked_about_within_the_year(house: House) -> None:
    house.enrolled(ago=YEAR - timedelta(days=1))

    assert house.sweep() == {}
    assert house.carriers.disclosed == []


def test_nobody_is_asked_by_day(house: House) -> None:
    house.enrolled()
    house.clock.advance(timedelta(hours=5))

    assert house.sweep() == {}
    assert house.carriers.disclosed == []


def test_a_number_that_left_while_the_carrier_was_asked_is_spoken_for_by_nobody(
    on_each: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dispute was decided: the account has its phone still, and no word of a carrier."""
    on_each.enrolled()
    honest = on_each.carriers.match

    def while_it_is_decided(number: PhoneNumber, person: ClaimedIdentity) -> MatchOutcome:
        index = identity_number_index(on_each.index, "052090000001")
        with on_each.database.transaction() as transaction:
            assert release_identity_number(transaction, AN, index, on_each.clock.now())
        return honest(number, person)

    monkeypatch.setattr(on_each.carriers, "match", while_it_is_decided)
    on_each.sweep()

    assert on_each.level() == 1
    assert [each.lapsed_at is None for each in on_each.evidence()] == [False]


@pytest.mark.parametrize("closes", [False, True])
def test_a_claimed_number_comes_to_no_account_that_was_closed_or_disputed_meanwhile(
    on_each: House, monkeypatch: pytest.MonkeyPatch, *, closes: bool
) -> None:
    on_each.enrolled(number="205090001")
    on_each.carriers.subscriptions[PhoneNumber("+84961000001")] = AN_HOLDS
    with on_each.database.transaction() as transaction:
        claim_number(transaction, AN, IdentityNumber("052090000001"), on_each.clock.now())
    honest = on_each.carriers.match

    def while_that_happens(number: PhoneNumber, person: ClaimedIdentity) -> MatchOutcome:
        with on_each.database.transaction() as transaction:
            if closes:
                close_account(transaction, AN, on_each.clock.now())
            else:
                place_hold(transaction, AN, HoldKind.DISPUTE, on_each.clock.now())
        return honest(number, person)

    monkeypatch.setattr(on_each.carriers, "match", while_that_happens)
    on_each.sweep()

    with on_each.database.reading() as reading:
        index = identity_number_index(on_each.index, "052090000001")
        assert holder_of_identity_number(reading, index) is None


def test_a_recycled_number_leaves_the_account_and_its_new_holder_learns_nothing(
    on_each: House,
) -> None:
    on_each.enrolled()
    session = on_each.begin_session()
    number = PhoneNumber("+84961000001")
    on_each.carriers.subscriptions[number] = replace(
        AN_HOLDS,
        identity_number=IdentityNumber("052090000099"),
        recycled_on=on_each.clock.now().date(),
    )

    assert on_each.sweep() == {Finding.RECYCLED: 1}

    assert on_each.carriers.disclosed == []  # that carrier has no contract with An
    assert on_each.level() == 1
    assert on_each.number_of() is None
    assert on_each.sessions.find(session) is None
    assert on_each.notices.told == [(NoticeKind.PHONE_LOST, AN)]
    assert on_each.events[-2:] == ["sessions_ended", "phone_lost"]
    assert on_each.sweep() == {}


def test_a_subscription_in_another_name_leaves_the_account(house: House) -> None:
    house.enrolled()
    session = house.begin_session()
    house.carriers.subscriptions[PhoneNumber("+84961000001")] = replace(
        AN_HOLDS, identity_number=IdentityNumber("052090000099")
    )

    assert house.sweep() == {Finding.HOLDER_CHANGED: 1}

    assert (house.level(), house.number_of()) == (1, None)
    assert house.sessions.find(session) is None
    assert "carrier_asked" in house.events


def test_what_fails_in_the_middle_is_done_the_next_night(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.enrolled()
    house.carriers.subscriptions[PhoneNumber("+84961000001")] = replace(
        AN_HOLDS, identity_number=IdentityNumber("052090000099")
    )

    def away(*_: object, **__: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(house.sign_in, "end_all_of", away)
        with pytest.raises(ConnectionError):
            house.sweep()
    house.clock.advance(timedelta(days=1))
    session = house.begin_session()

    assert house.sweep() == {Finding.HOLDER_CHANGED: 1}
    assert house.sessions.find(session) is None
    assert house.notices.told == [(NoticeKind.PHONE_LOST, AN)]


def test_codes_go_to_the_number_held_longest_of_the_others(house: House) -> None:
    house.enrolled()
    with house.database.transaction() as transaction:
        for number, days in (("+84961000003", 4), ("+84961000002", 5)):
            transaction.add(
                Phone(
                    citizen_id=AN,
                    number=number,
                    number_index=phone_number_index(house.index, PhoneNumber(number)),
                    is_default=False,
                    verified_at=house.clock.now() - timedelta(days=days),
                )
            )
    house.carriers.subscriptions[PhoneNumber("+84961000001")] = replace(
        AN_HOLDS, recycled_on=house.clock.now().date()
    )

    house.sweep()

    assert house.number_of() == PhoneNumber("+84961000002")
    assert house.notices.told == [(NoticeKind.PHONE_LOST, AN)]


def test_other_evidence_still_speaks(house: House) -> None:
    house.enrolled()
    with house.database.transaction() as transaction:
        transaction.add(evidence_of(EvidenceKind.COUNTER_VISIT))
    house.carriers.subscriptions[PhoneNumber("+84961000001")] = replace(
        AN_HOLDS, recycled_on=house.clock.now().date()
    )

    house.sweep()

    assert house.level() == 3


def test_an_old_number_in_the_carriers_record_is_the_same_person(house: House) -> None:
    house.enrolled(number="215000001", numbers=("052090000001", "215000001"))

    assert house.sweep() == {Finding.STILL_HELD: 1}
    assert [person.identity_number.kind for _, person, _ in house.carriers.disclosed] == [
        IdentityNumberKind.CCCD,
        IdentityNumberKind.CMND,
    ]


@pytest.mark.parametrize(
    "now_held",
    [
        replace(AN_HOLDS, identity_number=None),
        replace(AN_HOLDS, full_name=FullName("Nguyễn Văn Anh")),
    ],
)
def test_what_settles_nothing_changes_nothing_for_a_year(
    house: House, now_held: Subscription
) -> None:
    house.enrolled()
    house.carriers.subscriptions[PhoneNumber("+84961000001")] = now_held

    assert house.sweep() == {Finding.UNDECIDED: 1}

    assert house.level() == 2
    assert house.number_of() is not None
    house.clock.advance(timedelta(days=364))
    assert house.sweep() == {}
    house.clock.advance(timedelta(days=1))
    assert house.level() == 1  # its own end came


def test_a_silent_carrier_is_asked_the_next_night_and_nothing_is_lost(on_each: House) -> None:
    on_each.enrolled()
    on_each.carriers.silent.add("viettel")

    assert on_each.sweep() == {Finding.SILENT: 1}
    assert on_each.sweep() == {}
    assert (on_each.level(), on_each.events) == (2, ["carrier_unanswered"])

    on_each.carriers.silent.clear()
    on_each.clock.advance(timedelta(days=1))
    assert on_each.sweep() == {Finding.STILL_HELD: 1}


def test_a_number_that_nobody_serves_waits_for_its_next_holder(house: House) -> None:
    house.enrolled(holds=None)

    assert house.sweep() == {Finding.SILENT: 1}
    assert house.level() == 2


def test_a_carrier_that_is_away_is_left_alone(house: House) -> None:
    house.many(5)
    house.carriers.silent.add("viettel")

    assert house.sweep() == {Finding.SILENT: 3}


def test_the_oldest_are_asked_about_first_and_a_quota_is_kept(on_each: House) -> None:
    on_each.many(5)

    assert on_each.sweep(minute=2) == {Finding.STILL_HELD: 2}
    assert [person.identity_number.value for _, person, _ in on_each.carriers.disclosed] == [
        "052090000000",
        "052090000001",
    ]
    assert on_each.sweep(minute=2) == {}
    on_each.clock.advance(timedelta(minutes=1))
    assert on_each.sweep(minute=2) == {Finding.STILL_HELD: 2}


def test_a_quota_is_each_carriers_own(house: House) -> None:
    house.many(2)
    with house.database.transaction() as transaction:
        for record in transaction.execute(select(Evidence).limit(1)).scalars():
            record.verifier = "vinaphone"

    assert house.sweep(minute=1) == {Finding.STILL_HELD: 2}


def test_a_nights_quota_lasts_for_the_night(house: House) -> None:
    house.many(3)

    assert house.sweep(night=2) == {Finding.STILL_HELD: 2}
    house.clock.advance(timedelta(hours=4))
    assert house.sweep(night=2) == {}
    house.clock.advance(timedelta(hours=20))
    assert house.sweep(night=2) == {Finding.STILL_HELD: 1}


def test_a_worker_that_ends_in_the_middle_loses_one_night_of_one_phone(house: House) -> None:
    house.many(2)
    match, killed = house.carriers.match, [True]

    def match_or_end(*asked: object) -> object:
        if killed.pop() if killed else False:
            raise KeyboardInterrupt
        return match(*asked)  # type: ignore[arg-type]

    house.carriers.match = match_or_end  # type: ignore[method-assign, assignment]
    with pytest.raises(KeyboardInterrupt):
        house.sweep()

    assert house.sweep() == {Finding.STILL_HELD: 1}
    house.clock.advance(NEXT_NIGHT + timedelta(hours=8))
    assert house.sweep() == {Finding.STILL_HELD: 1}


def test_two_leaders_ask_about_nobody_twice(on_each: House) -> None:
    phone_id = on_each.enrolled()

    findings = at_once(4, lambda _: on_each.rematch(phone_id))

    assert sorted(map(str, findings)) == ["None", "None", "None", str(Finding.STILL_HELD)]
    assert len(on_each.carriers.disclosed) == 1


def test_the_database_is_free_while_a_carrier_thinks(on_each: House) -> None:
    phone_id = on_each.enrolled()
    match: Callable[..., object] = on_each.carriers.match

    def match_and_write(*asked: object) -> object:
        with on_each.database.transaction() as transaction:  # of another process
            citizens.citizen(transaction, AN).updated_at = on_each.clock.now()
        return match(*asked)

    on_each.carriers.match = match_and_write  # type: ignore[method-assign, assignment]

    assert on_each.rematch(phone_id) is Finding.STILL_HELD


def test_a_number_that_left_meanwhile_is_nobodys_evidence(house: House) -> None:
    phone_id = house.enrolled()
    match: Callable[..., object] = house.carriers.match

    def match_and_move(*asked: object) -> object:
        with house.database.transaction() as transaction:
            number = phone_number_index(house.index, PhoneNumber("+84961000001"))
            release_phone(transaction, number, house.clock.now())
        return match(*asked)

    house.carriers.match = match_and_move  # type: ignore[method-assign, assignment]
    house.rematch(phone_id)

    assert house.level() == 1


def test_who_is_not_there_any_more_is_not_asked_about(house: House) -> None:
    house.enrolled()
    house.enrolled(BINH, number="052090000002", phone="+84961000002")
    with house.database.transaction() as transaction:
        citizens.citizen(transaction, AN).status = CitizenStatus.CLOSED
        for number in transaction.execute(
            select(CitizenIdentityNumber).where(CitizenIdentityNumber.citizen_id == BINH)
        ).scalars():
            number.active = False

    assert house.sweep() == {}
    assert house.carriers.disclosed == []


def test_a_phone_of_nobody_is_nobodys_turn(house: House) -> None:
    assert house.rematch(7) is None


def test_a_silence_says_which_carriers_it_was(house: House) -> None:
    house.enrolled()
    house.carriers.silent.add("viettel")
    with pytest.raises(CarrierUnavailable):
        house.carriers.recycled_since(PhoneNumber("+84961000001"), MIDNIGHT.date())

    house.sweep()

    with house.database.reading() as reading:
        event = reading.execute(select(AuditEvent)).scalar_one()
    assert event.details == {"carriers": ["viettel"], "during": "rematch"}


# --- the number a citizen claims ------------------------------------------------------------------

CMND, CCCD, PHONE = "210000005", "052090000005", PhoneNumber("+84961000001")


def claimed_beside_the_old_number(house: House) -> None:
    """Somebody whose carrier had the CMND at enrolment, and has the CCCD by now."""
    house.enrolled(number=CMND)
    with house.database.transaction() as transaction:
        claim_number(transaction, AN, IdentityNumber(CCCD), house.clock.now())
    house.carriers.subscriptions[PHONE] = replace(AN_HOLDS, identity_number=IdentityNumber(CCCD))


def opens(house: House, number: str) -> CitizenId | None:
    index = identity_number_index(house.index, number)
    with house.database.reading() as reading:
        return holder_of_identity_number(reading, index)


def test_a_claimed_number_is_linked_when_the_carrier_has_written_it_down(on_each: House) -> None:
    claimed_beside_the_old_number(on_each)

    assert on_each.sweep() == {Finding.STILL_HELD: 1}

    assert (opens(on_each, CCCD), opens(on_each, CMND)) == (AN, AN)
    assert on_each.level() == 2
    assert "identity_number_linked" in on_each.events
    assert on_each.notices.told == [(NoticeKind.IDENTITY_NUMBER_ADDED, AN)]


def test_an_added_number_is_told_though_the_queue_was_away(on_each: House) -> None:
    claimed_beside_the_old_number(on_each)
    on_each.notices.are_away = True
    assert on_each.sweep() == {Finding.STILL_HELD: 1}
    assert on_each.notices.told == []

    on_each.notices.are_away = False
    on_each.clock.advance(LEFT_AFTER)
    on_each.follow_ups.what_is_left()

    assert on_each.notices.told == [(NoticeKind.IDENTITY_NUMBER_ADDED, AN)]


@pytest.mark.parametrize("why", ["another_name", "another_account", "dispute"])
def test_a_claimed_number_stays_a_claim_without_evidence_or_while_it_is_disputed(
    house: House, why: str
) -> None:
    claimed_beside_the_old_number(house)
    if why == "another_name":
        house.carriers.subscriptions[PHONE] = replace(
            AN_HOLDS, identity_number=IdentityNumber(CCCD), full_name=FullName("Lê Văn Cam")
        )
    elif why == "another_account":
        house.enrolled(BINH, number=CCCD, phone="+84961000002", ago=timedelta(days=1))
    else:
        with house.database.transaction() as transaction:
            place_hold(transaction, AN, HoldKind.DISPUTE, house.clock.now())

    house.sweep()

    assert opens(house, CCCD) == (BINH if why == "another_account" else None)
    assert "identity_number_linked" not in house.events
    assert house.number_of() == PHONE  # the old number alone says nothing of a new holder


def test_an_account_with_the_cccd_loses_a_phone_that_has_another(house: House) -> None:
    house.enrolled(number="052090000001", numbers=("052090000001", CMND))
    house.carriers.subscriptions[PHONE] = replace(AN_HOLDS, identity_number=IdentityNumber(CCCD))

    assert house.sweep() == {Finding.HOLDER_CHANGED: 1}
    assert house.number_of() is None
