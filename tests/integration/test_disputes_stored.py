"""Disputes on each kind of database: what happens at once, and what is left after a transfer."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import redis
from sqlalchemy import func, select

from idp.adapters.redis.grants import RedisAccessTokens
from idp.adapters.redis.sessions import RedisSessions
from idp.audit.model import AuditEvent
from idp.authenticators import store as authenticators
from idp.authenticators.forget_devices import end_authenticators
from idp.authenticators.model import SeenDevice
from idp.carriers.count_question import CountQuestion, QuestionBudgets
from idp.carriers.match_citizen import MatchCitizen
from idp.carriers.model import ClaimedIdentity
from idp.citizens import number_store
from idp.citizens import store as citizens
from idp.citizens.blind_indexes import identity_number_index
from idp.citizens.close_account import close_account
from idp.citizens.holds import holds_of, standing_holds
from idp.citizens.model import CitizenId, CitizenStatus, HoldKind
from idp.citizens.number_store import (
    forget_reservations,
    is_reserved,
    reservation,
    reserve_number,
    take_reserved,
)
from idp.core.birth_date import BirthDate
from idp.core.full_name import FullName
from idp.core.handles import Handle
from idp.core.identity_number import IdentityNumber
from idp.core.phone_number import PhoneNumber
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.db.series import next_number
from idp.disputes import store
from idp.disputes.answer_dispute import AnswerDispute, CaseClosed, ConfirmHolder, SaidEnough
from idp.disputes.decide_dispute import (
    CaseResolved,
    ConductDispute,
    DecideDispute,
    Decision,
    EndDisputed,
    MayNotDecide,
    NoSuchCase,
    NumberGone,
)
from idp.disputes.file_dispute import FileDispute, NotReady
from idp.disputes.match_claimant import MatchClaimant
from idp.disputes.model import (
    CaseNumber,
    ClaimedDetails,
    Complaint,
    ComplaintId,
    Dispute,
    DisputeOutcome,
    Side,
    StepKind,
)
from idp.disputes.ports import ClaimantNotice
from idp.disputes.rules import MOST_WORDS, Ruling
from idp.disputes.shown_steps import is_asked
from idp.disputes.submit_complaint import Circumstances, SubmitComplaint
from idp.disputes.sweep import forget_old_complaints
from idp.follow_ups.follow_ups import LEFT_AFTER, FollowUps
from idp.grants.model import AccessToken
from idp.grants.refresh_families import RefreshFamilies, RefreshPolicy
from idp.interactions.sign_in import SignIn, SignInBarred
from idp.messaging.model import NoticeKind
from idp.operators.model import Operator, OperatorName, OperatorRole, VerifiedOperator
from idp.sessions.model import Authentication
from idp.sessions.rules import PASSWORD_AND_SMS
from idp.throttling.ports import Budget
from tests.fakes.at_once import at_once
from tests.fakes.carrier_records import CarrierRecordsInMemory, Subscription
from tests.fakes.clock import FakeClock
from tests.fakes.disputed import HUONG, LAN
from tests.fakes.grants import add_agreed
from tests.fakes.logouts import nobody_to_tell
from tests.fakes.meanwhile import Meanwhile
from tests.fakes.notices import NoticesInMemory
from tests.fakes.people import AN, authorization_of, citizen_of, evidence_of
from tests.fakes.throttle import ThrottleInMemory

KEEP, TRANSFER, CLOSE = DisputeOutcome.KEEP, DisputeOutcome.TRANSFER, DisputeOutcome.CLOSE
NUMBER, NAME = "052090000001", "Nguyễn Văn An"
CLAIMANT, HOLDER = PhoneNumber("+84912000009"), PhoneNumber("+84912000001")
DAY = timedelta(days=1)


class ClaimantsInMemory:
    """Keeps which claimant was told what; implements `ClaimantNotices`."""

    def __init__(self) -> None:
        self.told: list[tuple[ClaimantNotice, CaseNumber]] = []

    def tell_claimant(self, notice: ClaimantNotice, number: CaseNumber) -> None:
        """See the port."""
        self.told.append((notice, number))


class Court:
    """An's account, and everything that can happen to it in a dispute."""

    def __init__(
        self,
        database: Database,
        index: BlindIndex,
        redis_client: redis.Redis,
        clock: FakeClock,
        carriers: CarrierRecordsInMemory,
    ) -> None:
        self.database, self.index, self.clock, self.carriers = database, index, clock, carriers
        self.notices, self.claimants = NoticesInMemory(), ClaimantsInMemory()
        self.sessions = RedisSessions(
            redis_client, idle=timedelta(hours=1), maximum=timedelta(hours=12), clock=clock
        )
        self.tokens = RedisAccessTokens(
            redis_client,
            lifetime=timedelta(minutes=5),
            code_lifetime=timedelta(minutes=1),
            clock=clock,
        )
        self.families = RefreshFamilies(
            b"k" * 32, RefreshPolicy(idle=30 * DAY, maximum=180 * DAY, grace=timedelta(seconds=30))
        )
        self.sign_in = SignIn(
            sessions=self.sessions,
            tokens=self.tokens,
            announce=nobody_to_tell(clock),
            database=database,
            clock=clock,
        )
        count = CountQuestion(
            throttle=ThrottleInMemory(clock),
            budgets=QuestionBudgets(Budget("phone", ()), Budget("number", ())),
            database=database,
            clock=clock,
        )
        self.submit = SubmitComplaint(
            database=database,
            index=index,
            throttle=ThrottleInMemory(clock),
            budget=Budget("forms", ()),
            kept=DAY,
            clock=clock,
        )
        self.match = MatchClaimant(
            carriers=carriers,
            database=database,
            count=count,
            proves_for=timedelta(minutes=15),
            clock=clock,
        )
        self.file = FileDispute(
            database=database,
            notices=self.notices,
            claimants=self.claimants,
            holder_answers_within=3 * DAY,
            proves_for=timedelta(minutes=15),
            decision_stands=90 * DAY,
            clock=clock,
        )
        self.answer = AnswerDispute(database=database, clock=clock)
        self.confirm = ConfirmHolder(
            match=MatchCitizen(carriers=carriers, lapses_after=1095 * DAY),
            count=count,
            database=database,
            clock=clock,
        )
        self.follow_ups = FollowUps(
            end_sessions=self.sign_in, notices=self.notices, database=database, clock=clock
        )
        self.decide = DecideDispute(
            database=database,
            end=EndDisputed(
                database=database,
                notices=self.notices,
                claimants=self.claimants,
                clock=clock,
            ),
            follow_ups=self.follow_ups,
            end_authenticators=end_authenticators,
            reserved_for=30 * DAY,
            clock=clock,
        )
        with database.transaction() as transaction:
            citizens.add(transaction, citizen_of(AN, numbers=(NUMBER,)), index)
            transaction.add_all(
                Operator(
                    name=each.name,
                    display_name=each.display_name,
                    role=each.role,
                    password_hash="$argon2id$of-a-test",
                    totp_secret="",
                    created_at=clock.now(),
                    created_by="" if each is HUONG else HUONG.name,
                )
                for each in (HUONG, LAN, *map(operator, range(8)))
            )

    def holds(self, phone: PhoneNumber) -> None:
        """Let a carrier name An as the subscriber of *phone*."""
        self.carriers.subscriptions[phone] = Subscription(
            carrier="vinaphone",
            identity_number=IdentityNumber(NUMBER),
            full_name=FullName.parse(NAME),
            birth_date=BirthDate(1990, 1, 2),
        )

    def complaint(self, phone: PhoneNumber = CLAIMANT, *, browser: str = "b" * 43) -> ComplaintId:
        """Somebody has come as far as the page before sending."""
        self.holds(phone)
        identity = ClaimedIdentity(
            IdentityNumber(NUMBER), FullName.parse(NAME), BirthDate(1990, 1, 2)
        )
        typed = ClaimedDetails(identity, phone, "Đây không phải là tôi.")
        row = self.submit(typed, Circumstances(browser, "10.0.0.0/24", None, None))
        self.match.phone_is_at_hand(row.id)
        self.match(row.id)
        return row.id

    def case(self, phone: PhoneNumber = CLAIMANT) -> CaseNumber:
        """A case, and the holder's time is over."""
        number = self.file(self.complaint(phone))
        self.clock.advance(3 * DAY)
        return number

    def decides(self, number: CaseNumber, outcome: DisputeOutcome, by: VerifiedOperator) -> Ruling:
        return self.decide(number, Decision(outcome, "as the papers say", by))

    def count(self, model: type) -> int:
        with self.database.reading() as reading:
            return reading.execute(select(func.count()).select_from(model)).scalar_one()

    def kinds(self, kind: str) -> int:
        with self.database.reading() as reading:
            return reading.execute(
                select(func.count()).select_from(AuditEvent).where(AuditEvent.kind == kind)
            ).scalar_one()


@pytest.fixture
def court(
    database: Database,
    index: BlindIndex,
    redis_client: redis.Redis,
    clock: FakeClock,
    carriers: CarrierRecordsInMemory,
) -> Court:
    return Court(database, index, redis_client, clock, carriers)


def operator(number: int) -> VerifiedOperator:
    return VerifiedOperator(OperatorName(f"op-{number}"), "", OperatorRole.OPERATOR)


# --- numbers and filing ---------------------------------------------------------------------------


def test_a_series_leaves_no_number_out_and_gives_none_twice(database: Database) -> None:
    def take(_: int) -> int:
        with database.transaction() as transaction:
            return next_number(transaction, "KN-2026")

    assert sorted(at_once(8, take)) == [1, 2, 3, 4, 5, 6, 7, 8]  # type: ignore[type-var]


def test_a_number_that_was_not_used_is_given_again(database: Database) -> None:
    def fail() -> None:
        with database.transaction() as transaction:
            next_number(transaction, "KN-2026")
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    with database.transaction() as transaction:
        assert next_number(transaction, "KN-2026") == 1


def test_one_claimant_in_many_browsers_has_one_case(court: Court) -> None:
    complaints = [court.complaint(browser=str(each) * 43) for each in range(6)]

    filed = at_once(6, lambda each: court.file(complaints[each]))

    assert len(set(filed)) == 1
    assert (court.count(Dispute), court.count(Complaint)) == (1, 0)
    assert court.claimants.told == [(ClaimantNotice.RECEIVED, filed[0])]
    assert court.notices.told == [(NoticeKind.DISPUTE_OPENED, AN)]


def test_one_complaint_sent_from_two_tabs_is_one_case(court: Court) -> None:
    complaint = court.complaint()

    filed = at_once(2, lambda _: court.file(complaint))

    assert sorted(isinstance(each, NotReady) for each in filed) == [False, True]
    assert court.count(Dispute) == 1


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # SQLite writes one by one
def test_there_is_no_case_about_an_account_that_is_closed_at_this_moment(
    court: Court, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The number is free again: whoever claims it makes an account of their own."""
    complaint = court.complaint()

    def close() -> bool:
        with court.database.transaction() as transaction:
            return close_account(transaction, AN, court.clock.now())

    closed = Meanwhile(court.database, close)
    closed.after(monkeypatch, number_store, "holder_of_identity_number")

    with pytest.raises(NotReady):
        court.file(complaint)
    assert closed.outcome() is True
    assert court.count(Dispute) == 0


def test_several_claimants_have_cases_of_their_own(court: Court) -> None:
    phones = [PhoneNumber(f"+8491200010{each}") for each in range(4)]
    complaints = [court.complaint(phone, browser=phone.e164.ljust(43)) for phone in phones]

    filed = at_once(4, lambda each: court.file(complaints[each]))

    year = court.clock.now().year
    assert sorted(map(str, filed)) == [f"KN-{year}-00000{each}" for each in (1, 2, 3, 4)]
    with court.database.reading() as reading:
        assert len(standing_holds(reading, AN)) == 4


# --- deciding -------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", [KEEP, TRANSFER, CLOSE])
def test_of_many_operators_at_once_the_second_carries_it_out_once(
    court: Court, outcome: DisputeOutcome
) -> None:
    number = court.case()

    rulings = at_once(4, lambda each: court.decides(number, outcome, operator(each)))

    assert rulings.count(Ruling.FIRST) == 1
    assert rulings.count(Ruling.AGREED) == 1
    assert sum(isinstance(each, CaseResolved) for each in rulings) == 2
    assert court.kinds("dispute_resolved") == 1
    assert len(court.claimants.told) == 2


def test_one_operator_who_decides_twice_at_once_is_one(court: Court) -> None:
    number = court.case()

    rulings = at_once(3, lambda _: court.decides(number, TRANSFER, LAN))

    assert sorted(rulings) == [Ruling.DECIDED_ALREADY, Ruling.DECIDED_ALREADY, Ruling.FIRST]  # type: ignore[type-var]
    with court.database.reading() as reading:
        assert len(store.standing_votes(reading, number)) == 1


@pytest.mark.parametrize(
    "role", [OperatorRole.COUNTER_OFFICER, OperatorRole.PROVINCE_TEAM, OperatorRole.READ_ONLY]
)
def test_no_other_role_decides_whoever_asks(court: Court, role: OperatorRole) -> None:
    number = court.case()

    with pytest.raises(MayNotDecide):
        court.decides(number, TRANSFER, replace(LAN, role=role))
    with court.database.reading() as reading:
        assert store.standing_votes(reading, number) == {}


@pytest.mark.parametrize(
    "role", [OperatorRole.COUNTER_OFFICER, OperatorRole.PROVINCE_TEAM, OperatorRole.READ_ONLY]
)
def test_nor_does_it_ask_or_give_time(court: Court, role: OperatorRole) -> None:
    number, other = court.case(), replace(LAN, role=role)
    conduct = ConductDispute(
        database=court.database,
        follow_ups=court.follow_ups,
        claimants=court.claimants,
        clock=court.clock,
    )

    with pytest.raises(MayNotDecide):
        conduct.ask_more(number, Side.CLAIMANT, "Giấy tờ?", by=other)
    with pytest.raises(MayNotDecide):
        conduct.extend(number, DAY, by=other)
    with court.database.reading() as reading:
        assert store.steps_of(reading, number)[1:] == []


def test_who_is_no_operator_any_more_decides_nothing(court: Court) -> None:
    number = court.case()
    assert court.decides(number, TRANSFER, LAN) is Ruling.FIRST
    with court.database.transaction() as transaction:
        transaction.get_one(Operator, LAN.name).disabled_at = court.clock.now()

    assert court.decides(number, TRANSFER, HUONG) is Ruling.FIRST


def test_two_who_differ_at_once_leave_the_question_open(court: Court) -> None:
    number = court.case()
    outcomes = (KEEP, TRANSFER)

    rulings = at_once(2, lambda each: court.decides(number, outcomes[each], operator(each)))

    assert set(rulings) == {Ruling.FIRST, Ruling.DIFFERENT}
    with court.database.reading() as reading:
        assert store.standing_votes(reading, number) == {}
    assert court.decides(number, KEEP, LAN) is Ruling.FIRST


def test_a_case_that_is_not_there_is_not_decided(court: Court) -> None:
    with pytest.raises(NoSuchCase):
        court.decides(CaseNumber("KN-2026-000099"), KEEP, LAN)


def test_nothing_is_added_to_a_case_that_is_decided(court: Court) -> None:
    number = court.case()
    court.decides(number, KEEP, LAN)
    court.decides(number, KEEP, HUONG)

    with pytest.raises(CaseClosed):
        court.answer.holder(number, AN, "Tôi vẫn ở đây.")
    with pytest.raises(CaseClosed):
        court.answer.claimant(number, "Tôi vẫn ở đây.")
    with pytest.raises(CaseClosed):
        court.confirm(number, AN)


def test_another_citizen_answers_nothing(court: Court) -> None:
    number = court.case()

    with pytest.raises(CaseClosed):
        court.answer.holder(number, CitizenId("somebody else"), "Tôi vẫn ở đây.")


def test_a_side_that_speaks_does_not_answer_for_the_other(court: Court) -> None:
    number = court.file(court.complaint())
    conduct = ConductDispute(
        database=court.database,
        follow_ups=court.follow_ups,
        claimants=court.claimants,
        clock=court.clock,
    )

    def asked() -> list[Side]:
        with court.database.reading() as reading:
            row, steps = reading.get_one(Dispute, number), store.steps_of(reading, number)
            return [side for side in Side if is_asked(row, steps, side)]

    conduct.ask_more(number, Side.CLAIMANT, "which card do you have?", by=LAN)
    court.answer.holder(number, AN, "This is nobody's number but mine.")
    court.confirm(number, AN)
    assert asked() == [Side.CLAIMANT]

    conduct.ask_more(number, Side.HOLDER, "since when do you have it?", by=LAN)
    assert asked() == [Side.CLAIMANT, Side.HOLDER]
    court.answer.claimant(number, "The one of 2021.")
    assert asked() == [Side.HOLDER]
    court.answer.holder(number, AN, "Since 2012.")
    assert asked() == []


def test_a_holder_hears_of_a_question_though_the_queue_was_away(court: Court) -> None:
    number = court.file(court.complaint())
    conduct = ConductDispute(
        database=court.database,
        follow_ups=court.follow_ups,
        claimants=court.claimants,
        clock=court.clock,
    )
    before = list(court.notices.told)
    court.notices.are_away = True
    conduct.ask_more(number, Side.HOLDER, "since when do you have it?", by=LAN)
    assert court.notices.told == before

    court.notices.are_away = False
    court.clock.advance(LEFT_AFTER)
    court.follow_ups.what_is_left()

    assert court.notices.told == [*before, (NoticeKind.DISPUTE_MORE_NEEDED, AN)]


def test_a_side_that_has_said_enough_speaks_when_it_is_asked(court: Court) -> None:
    number = court.file(court.complaint())
    for _ in range(MOST_WORDS):
        court.answer.claimant(number, "And another thing.")

    with pytest.raises(SaidEnough):
        court.answer.claimant(number, "And another thing.")
    court.answer.holder(number, AN, "This is nobody's number but mine.")
    ConductDispute(
        database=court.database,
        follow_ups=court.follow_ups,
        claimants=court.claimants,
        clock=court.clock,
    ).ask_more(number, Side.CLAIMANT, "which card do you have?", by=LAN)
    court.answer.claimant(number, "The one of 2021.")

    with court.database.reading() as reading:
        steps = store.steps_of(reading, number)
    assert sum(step.kind is StepKind.CLAIMANT_ADDED for step in steps) == MOST_WORDS + 1


def test_an_answer_lets_operators_decide_before_the_time_is_over(court: Court) -> None:
    number = court.file(court.complaint())
    assert court.decides(number, KEEP, LAN) is Ruling.TOO_EARLY

    court.holds(HOLDER)
    assert court.confirm(number, AN)

    assert court.decides(number, KEEP, LAN) is Ruling.FIRST


# --- what is left ---------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", [TRANSFER, CLOSE])
def test_nothing_the_former_holder_has_works_any_more(
    court: Court, outcome: DisputeOutcome
) -> None:
    now = court.clock.now()
    number = court.case()
    handle, _ = court.sign_in(Authentication(AN, now, PASSWORD_AND_SMS), None)
    access, refresh = tokens(court)
    device = SeenDevice(None, "device", "Firefox", "Linux", remembered_until=now + 30 * DAY)
    with court.database.transaction() as transaction:
        authenticators.note_device(transaction, AN, device, now)
        transaction.add(evidence_of())

    court.decides(number, outcome, LAN)
    court.decides(number, outcome, HUONG)

    assert court.sessions.find(handle) is None
    assert court.tokens.find(access) is None
    number_index = identity_number_index(court.index, NUMBER)
    with court.database.reading() as reading:
        assert court.families.find(reading, refresh, court.clock.now()) is None
        assert not authenticators.factors_of(reading, AN, "device", now).known
        assert citizens.sign_in_record(reading, number_index) is None
        assert citizens.status_of(reading, AN) is not CitizenStatus.ACTIVE
        evidence = citizens.evidence_of(reading, AN)
    assert [each.lapsed_at is not None for each in evidence] == [True]
    with pytest.raises(SignInBarred):
        court.sign_in(Authentication(AN, court.clock.now(), PASSWORD_AND_SMS), None)


def tokens(court: Court) -> tuple[Handle, str]:
    """What a portal has of An: an access token and a refresh token."""
    now = court.clock.now()
    authorization = authorization_of(citizen_id=AN)
    with court.database.transaction() as transaction:
        add_agreed(transaction, authorization, at=now)
        refresh = court.families.begin(transaction, authorization, now)
    access = court.tokens.issue(
        AccessToken(authorization, expires_at=now + timedelta(minutes=5), issued_at=now)
    )
    return access, refresh


def test_keeping_takes_nothing(court: Court) -> None:
    number = court.case()
    handle, _ = court.sign_in(Authentication(AN, court.clock.now(), PASSWORD_AND_SMS), None)
    access, _ = tokens(court)

    court.decides(number, KEEP, LAN)
    court.decides(number, KEEP, HUONG)

    assert court.sessions.find(handle) is not None
    assert court.tokens.find(access) is not None
    with court.database.reading() as reading:
        assert holds_of(reading, AN) == frozenset()


def test_a_second_case_keeps_the_account_from_changes(court: Court) -> None:
    first, second = court.case(), court.case(PhoneNumber("+84912000008"))
    for each in (LAN, HUONG):
        court.decides(first, KEEP, each)

    with court.database.reading() as reading:
        assert standing_holds(reading, AN) == [(HoldKind.DISPUTE, second)]


def test_a_number_is_transferred_once(court: Court) -> None:
    first, second = court.case(), court.case(PhoneNumber("+84912000008"))
    for each in (LAN, HUONG):
        court.decides(first, TRANSFER, each)

    court.decides(second, TRANSFER, LAN)
    with pytest.raises(NumberGone):
        court.decides(second, TRANSFER, HUONG)

    with court.database.reading() as reading:
        assert reservation(reading, first) is not None
        assert store.standing_votes(reading, second) == {LAN.name: TRANSFER}


def test_what_was_said_is_deleted_after_five_years(court: Court) -> None:
    decided, waits = court.case(), court.case(PhoneNumber("+84912000008"))
    court.answer.holder(decided, AN, "Đây là số của tôi.")
    for each in (LAN, HUONG):
        court.decides(decided, TRANSFER, each)
    court.clock.advance(1826 * DAY)
    assert sweep(court) == 1  # the number that waited
    court.clock.advance(timedelta(seconds=1))

    assert sweep(court) == 1

    with court.database.reading() as reading:
        assert store.dispute(reading, decided) is None
        assert store.steps_of(reading, decided) == []
        assert store.votes_of(reading, decided) == []
        assert store.dispute(reading, waits) is not None


def sweep(court: Court) -> int:
    return forget_old_complaints(court.database, court.clock, resolved_kept=1826 * DAY)


def test_a_closed_account_is_closed_once(court: Court) -> None:
    def close(_: int) -> bool:
        with court.database.transaction() as transaction:
            return close_account(transaction, AN, court.clock.now())

    assert sorted(at_once(3, close)) == [False, False, True]  # type: ignore[type-var]


@pytest.fixture
def reserve(court: Court) -> Callable[..., None]:
    def reserve(reference: str, phone: bytes) -> None:
        with court.database.transaction() as transaction:
            reserve_number(
                transaction,
                b"n" * 32,
                phone,
                until=court.clock.now() + DAY,
                reference=reference,
            )

    return reserve


def test_a_number_waits_for_one_person(court: Court, reserve: Callable[..., None]) -> None:
    reserve("KN-1", b"a" * 32)
    reserve("KN-2", b"b" * 32)

    with court.database.transaction() as transaction:
        assert not is_reserved(transaction, b"n" * 32, besides={b"b" * 32})
        assert is_reserved(transaction, b"n" * 32, besides={b"a" * 32})
        assert reservation(transaction, "KN-1") is None
        take_reserved(transaction, b"n" * 32, court.clock.now())
        assert not is_reserved(transaction, b"n" * 32)
    court.clock.advance(2 * DAY)
    with court.database.transaction() as transaction:
        assert forget_reservations(transaction, court.clock.now()) == 0
