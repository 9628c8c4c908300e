"""Many enrolments at once: on SQLite and on PostgreSQL."""

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import redis
from sqlalchemy import func, select

from idp.adapters.redis.grants import RedisAccessTokens
from idp.adapters.redis.sessions import RedisSessions
from idp.audit.model import AuditEvent
from idp.carriers.model import ClaimedIdentity, MatchOutcome, Outcome
from idp.carriers.ports import CarrierUnavailable
from idp.citizens import store as citizens
from idp.citizens.model import Citizen, CitizenIdentityNumber, Evidence, PasswordCredential, Phone
from idp.citizens.password_hasher import PasswordHasher
from idp.core.birth_date import BirthDate
from idp.core.full_name import FullName
from idp.core.identity_number import IdentityNumber
from idp.core.phone_number import PhoneNumber
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.enrolment.ask_carrier import AskCarrier, EnrolmentBudgets, NothingToAsk
from idp.enrolment.confirm_phone import ConfirmPhone
from idp.enrolment.create_citizen import AlreadyEnrolled, CreateCitizen, NotReady
from idp.enrolment.model import ClaimedDetails, PendingEnrolment, PendingEnrolmentId
from idp.enrolment.submit_form import Circumstances, SubmitForm
from idp.interactions.sign_in import SignIn
from idp.throttling.ports import Budget, BudgetSpent
from tests.fakes.carrier_records import CarrierRecordsInMemory, Subscription
from tests.fakes.clock import FakeClock
from tests.fakes.logouts import nobody_to_tell

PASSWORD = "Song Hàn-82 chiều"
PROVES_FOR = timedelta(minutes=15)


class Counts:
    """A throttle that allows everything and counts it; implements `Throttle`."""

    def __init__(self) -> None:
        self.counted = 0

    def count(self, budget: Budget, *key: str) -> None:
        """See the port."""
        self.counted += 1

    def require(self, budget: Budget, *key: str) -> None:
        """See the port."""

    def clear(self, budget: Budget, *key: str) -> None:
        """See the port."""


class NoMore(Counts):
    """A throttle that allows nothing."""

    def count(self, budget: Budget, *key: str) -> None:
        """See the port."""
        raise BudgetSpent(budget.name, timedelta(minutes=1), first=True)


class Enrolments:
    """The use cases, without pages."""

    def __init__(
        self,
        database: Database,
        index: BlindIndex,
        redis_client: redis.Redis,
        clock: FakeClock,
        carriers: CarrierRecordsInMemory,
    ) -> None:
        sign_in = SignIn(
            sessions=RedisSessions(
                redis_client, idle=timedelta(hours=1), maximum=timedelta(hours=12), clock=clock
            ),
            tokens=RedisAccessTokens(
                redis_client,
                lifetime=timedelta(minutes=5),
                code_lifetime=timedelta(minutes=1),
                clock=clock,
            ),
            announce=nobody_to_tell(clock),
            database=database,
            clock=clock,
        )
        hasher = PasswordHasher(
            memory_kib=64,
            iterations=1,
            hashes_at_once=8,
            queue_deadline=timedelta(seconds=30),
        )
        self.database = database
        self.index = index
        self.carriers = carriers
        self.throttle = Counts()
        self.clock = clock
        self.submit = SubmitForm(
            database=database,
            index=index,
            throttle=Counts(),
            budget=Budget("forms", ()),
            kept=timedelta(days=7),
            clock=clock,
        )
        self.confirm = ConfirmPhone(database=database, clock=clock)
        self.create = CreateCitizen(
            database=database,
            index=index,
            hasher=hasher,
            sign_in=sign_in,
            proves_for=PROVES_FOR,
            carrier_match_lapses_after=timedelta(days=1095),
            clock=clock,
        )

    def ask(self, pending_id: PendingEnrolmentId) -> None:
        """Ask the carriers."""
        AskCarrier(
            carriers=self.carriers,
            database=self.database,
            throttle=self.throttle,
            budgets=EnrolmentBudgets(
                Budget("number", ()), Budget("phone", ()), Budget("forms", ())
            ),
            proves_for=PROVES_FOR,
            clock=self.clock,
        )(pending_id)

    def typed(
        self,
        number: str,
        phone: str,
        *,
        browser: str = "b" * 43,
        current: PendingEnrolmentId | None = None,
        name: str = "Nguyễn Thị Bưởi",
    ) -> PendingEnrolmentId:
        """Somebody types details."""
        details = ClaimedDetails(
            ClaimedIdentity(IdentityNumber(number), FullName.parse(name), BirthDate(1990, 1, 2)),
            PhoneNumber(phone),
            None,
        )
        where = Circumstances("i" * 43, browser, "10.0.0.0/24", None, "2026-11", "h" * 43, current)
        return self.submit(details, where).id

    def ready(self, number: str, phone: str) -> PendingEnrolmentId:
        """Somebody has come as far as the password."""
        self.carriers.subscriptions[PhoneNumber(phone)] = subscription(number)
        pending_id = self.typed(number, phone, browser=phone.ljust(43, "b"))
        self.confirm(pending_id)
        self.ask(pending_id)
        return pending_id

    def count(self, model: type) -> int:
        """How many rows there are."""
        with self.database.reading() as reading:
            return reading.execute(select(func.count()).select_from(model)).scalar_one()

    def row(self, pending_id: PendingEnrolmentId) -> PendingEnrolment:
        """What is stored."""
        with self.database.reading() as reading:
            return reading.get_one(PendingEnrolment, pending_id)


def subscription(number: str, name: str = "Nguyễn Thị Bưởi") -> Subscription:
    return Subscription(
        carrier="vinaphone",
        identity_number=IdentityNumber(number),
        full_name=FullName.parse(name),
        birth_date=BirthDate(1990, 1, 2),
    )


@pytest.fixture
def enrolments(
    database: Database,
    index: BlindIndex,
    redis_client: redis.Redis,
    clock: FakeClock,
    carriers: CarrierRecordsInMemory,
) -> Enrolments:
    return Enrolments(database, index, redis_client, clock, carriers)


def at_once(
    create: CreateCitizen, pending: Collection[PendingEnrolmentId]
) -> list[type[Exception] | None]:
    """What comes of making every account at the same time: `None` for the ones that were made."""

    def attempt(pending_id: PendingEnrolmentId) -> type[Exception] | None:
        try:
            create(pending_id, PASSWORD)
        except (AlreadyEnrolled, NotReady) as refusal:
            return type(refusal)
        return None

    with ThreadPoolExecutor(max_workers=16) as threads:
        return list(threads.map(attempt, pending))


def test_fifty_enrolments_of_one_identity_number_make_one_account(enrolments: Enrolments) -> None:
    number = "052190000001"
    pending = [enrolments.ready(number, f"+84912000{serial:03}") for serial in range(50)]

    results = at_once(enrolments.create, pending)

    assert results.count(None) == 1
    assert set(results) == {None, AlreadyEnrolled}
    one_each = (Citizen, CitizenIdentityNumber, Phone, PasswordCredential)
    assert [enrolments.count(model) for model in one_each] == [1, 1, 1, 1]
    assert enrolments.count(Evidence) == 2


def test_three_people_with_one_phone_leave_it_with_one_of_them(enrolments: Enrolments) -> None:
    phone = "+84912000001"
    pending = [enrolments.ready(f"0521900001{serial:02}", phone) for serial in range(3)]

    results = at_once(enrolments.create, pending)

    with enrolments.database.reading() as reading:
        held = reading.execute(
            select(func.count()).select_from(Phone).where(Phone.active.is_(True))
        ).scalar_one()
        moved = reading.execute(
            select(func.count()).select_from(AuditEvent).where(AuditEvent.kind == "phone_moved")
        ).scalar_one()
    assert held == 1
    assert results == [None] * 3
    assert (enrolments.count(Citizen), moved) == (3, 2)


def test_one_enrolment_sent_many_times_makes_one_account(enrolments: Enrolments) -> None:
    pending = enrolments.ready("052190000001", "+84912000001")

    results = at_once(enrolments.create, [pending] * 16)

    assert results.count(None) == 1
    assert set(results) == {None, NotReady}
    assert enrolments.count(PendingEnrolment) == 0


def test_an_answer_about_other_details_is_not_stored(
    enrolments: Enrolments, monkeypatch: pytest.MonkeyPatch
) -> None:
    pending_id = enrolments.ready("052190000001", "+84912000001")
    honest = enrolments.carriers.match

    def while_other_details_are_typed(number: PhoneNumber, person: ClaimedIdentity) -> MatchOutcome:
        enrolments.typed("052190000077", "+84912000001", current=pending_id)
        return honest(number, person)

    monkeypatch.setattr(enrolments.carriers, "match", while_other_details_are_typed)
    enrolments.ask(pending_id)

    row = enrolments.row(pending_id)
    assert row.outcome is None
    assert row.details.identity.identity_number == IdentityNumber("052190000077")


def test_a_question_without_an_answer_is_not_counted_again(enrolments: Enrolments) -> None:
    pending_id = enrolments.ready("052190000001", "+84912000001")
    enrolments.throttle.counted = 0
    enrolments.carriers.silent.add("vinaphone")
    for _ in range(3):
        with pytest.raises(CarrierUnavailable):
            enrolments.ask(pending_id)
    enrolments.carriers.silent.clear()
    enrolments.ask(pending_id)

    assert enrolments.throttle.counted == 2  # by number and by phone, once
    enrolments.ask(pending_id)
    assert enrolments.throttle.counted == 4


def test_other_details_are_a_question_of_their_own(enrolments: Enrolments) -> None:
    pending_id = enrolments.ready("052190000001", "+84912000001")
    enrolments.carriers.silent.add("vinaphone")
    with pytest.raises(CarrierUnavailable):
        enrolments.ask(pending_id)
    enrolments.typed("052190000077", "+84912000001", current=pending_id)
    enrolments.throttle.counted = 0

    with pytest.raises(CarrierUnavailable):
        enrolments.ask(pending_id)

    assert enrolments.throttle.counted == 2


def test_without_a_fresh_proof_nobody_is_asked(enrolments: Enrolments) -> None:
    pending_id = enrolments.typed("052190000001", "+84912000001")
    with pytest.raises(NothingToAsk):
        enrolments.ask(pending_id)
    enrolments.confirm(pending_id)
    enrolments.clock.advance(PROVES_FOR)
    with pytest.raises(NothingToAsk):
        enrolments.ask(pending_id)

    assert enrolments.carriers.disclosed == []


def test_a_spent_budget_keeps_the_details_from_the_carrier(enrolments: Enrolments) -> None:
    pending_id = enrolments.typed("052190000001", "+84912000001")
    enrolments.confirm(pending_id)
    enrolments.throttle = NoMore()

    with pytest.raises(BudgetSpent):
        enrolments.ask(pending_id)

    assert enrolments.carriers.disclosed == []
    assert enrolments.row(pending_id).outcome is None


def test_an_account_needs_a_match_and_a_fresh_proof(enrolments: Enrolments) -> None:
    never_asked = enrolments.typed("052190000001", "+84912000001")
    enrolments.confirm(never_asked)
    too_late = enrolments.ready("052190000002", "+84912000002")
    assert enrolments.row(too_late).outcome is Outcome.MATCH
    enrolments.clock.advance(PROVES_FOR)

    assert at_once(enrolments.create, [never_asked, too_late]) == [NotReady, NotReady]
    assert enrolments.count(Citizen) == 0


def test_another_number_is_another_pending_enrolment(enrolments: Enrolments) -> None:
    first = enrolments.ready("052190000001", "+84912000001")

    second = enrolments.typed("052190000001", "+84912000002", current=first)

    assert second != first
    assert enrolments.row(second).phone_confirmed_at is None
    assert enrolments.count(PendingEnrolment) == 1
    enrolments.confirm(first)  # too late: there is nothing any more that it could speak for
    assert enrolments.row(second).phone_confirmed_at is None


def test_finishing_forgets_what_the_same_person_left_in_the_same_browser(
    enrolments: Enrolments,
) -> None:
    browser = "+84912000001".ljust(43, "b")
    enrolments.typed("052190000001", "+84912000009", browser=browser)
    relative = enrolments.typed("052190000005", "+84912000005", browser=browser)
    pending_id = enrolments.ready("052190000001", "+84912000001")

    enrolments.create(pending_id, PASSWORD)

    assert enrolments.count(PendingEnrolment) == 1
    assert enrolments.row(relative).id == relative


def test_a_former_holder_keeps_the_account_without_the_number(enrolments: Enrolments) -> None:
    phone = "+84912000001"
    former = enrolments.create(enrolments.ready("052190000001", phone), PASSWORD).citizen_id
    new = enrolments.create(enrolments.ready("052190000002", phone), PASSWORD).citizen_id

    with enrolments.database.reading() as reading:
        assert citizens.phone_number_of(reading, former) is None
        assert citizens.phone_number_of(reading, new) == PhoneNumber(phone)
        assert all(
            (record.lapsed_at is not None) == (record.phone_id is not None)
            for record in citizens.evidence_of(reading, former)
        )
