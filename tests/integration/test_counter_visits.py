"""A visit to a counter: the code, the officer, and what is kept of it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from idp.audit.model import AuditEvent
from idp.citizens import store as citizens
from idp.citizens.blind_indexes import identity_number_index
from idp.citizens.holds import ChangesBarred, place_hold
from idp.citizens.link_identity_number import NumberTaken
from idp.citizens.model import CitizenStatus, Evidence, EvidenceKind, HoldKind
from idp.citizens.number_store import release_identity_number
from idp.citizens.password_hasher import PasswordHasher
from idp.core.identity_number import IdentityNumber
from idp.counter_visits.codes import VisitCodes
from idp.counter_visits.commands import Counter, confirm_visit_command
from idp.counter_visits.confirm_visit import ConfirmVisit, NoSuchVisit, NotAnOfficer
from idp.counter_visits.model import CounterVisit, DocumentKind, VisitId
from idp.counter_visits.open_visit import ExpectedVisit, OpenVisit
from idp.counter_visits.sweep import KEPT, forget_ended_visits
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.follow_ups.follow_ups import LEFT_AFTER
from idp.messaging.model import NoticeKind
from idp.operators.model import OperatorName, OperatorRole, VerifiedOperator
from idp.operators.verify_operator import OperatorBudgets, VerifyOperator
from idp.settings import Rate
from idp.throttling.ports import Budget, BudgetSpent
from tests.fakes.at_once import at_once
from tests.fakes.clock import FakeClock
from tests.fakes.follow_ups import follow_ups_of
from tests.fakes.meanwhile import Meanwhile
from tests.fakes.notices import NoticesInMemory
from tests.fakes.operators import PASSWORD, code_at, keep_operator
from tests.fakes.people import AN, BINH, citizen_of
from tests.fakes.throttle import ThrottleInMemory

WEEK = timedelta(days=7)
YEAR = timedelta(days=365)


def operator(role: OperatorRole = OperatorRole.COUNTER_OFFICER) -> VerifiedOperator:
    return VerifiedOperator(OperatorName("quay-1"), "Quầy 1", role)


class House:
    """An's and Bình's accounts, a counter, and whoever works there."""

    def __init__(self, database: Database, index: BlindIndex, clock: FakeClock) -> None:
        self.database, self.index, self.clock = database, index, clock
        self.codes = VisitCodes(b"v" * 32, index)
        self.notices = NoticesInMemory()
        self.throttle = ThrottleInMemory(clock)
        self.open = OpenVisit(database=database, codes=self.codes, lifetime=WEEK, clock=clock)
        self.follow_ups = follow_ups_of(self.notices, database, clock)
        self.confirm = ConfirmVisit(
            database=database,
            codes=self.codes,
            throttle=self.throttle,
            wrong_codes=Budget("wrong_codes", (Rate(count=3, period=timedelta(minutes=15)),)),
            follow_ups=self.follow_ups,
            lapses_after=5 * YEAR,
            index=index,
            clock=clock,
        )
        with database.transaction() as transaction:
            for number, citizen_id in enumerate((AN, BINH), start=1):
                citizen = citizen_of(
                    citizen_id, numbers=(f"05209000000{number}",), phone=f"+8496100000{number}"
                )
                citizens.add(transaction, citizen, index)

    def evidence(self) -> list[Evidence]:
        with self.database.reading() as reading:
            return list(reading.execute(select(Evidence)).scalars())

    def events(self) -> list[tuple[str, dict[str, object]]]:
        with self.database.reading() as reading:
            found = reading.execute(select(AuditEvent).order_by(AuditEvent.id)).scalars()
            return [(event.kind, event.details) for event in found]

    def hold(self, kind: HoldKind) -> None:
        with self.database.transaction() as transaction:
            place_hold(transaction, AN, kind, self.clock.now(), reference="KN-2026-000001")


@pytest.fixture
def house(sqlite_database: Database, index: BlindIndex, clock: FakeClock) -> House:
    return House(sqlite_database, index, clock)


@pytest.fixture
def on_each(database: Database, index: BlindIndex, clock: FakeClock) -> House:
    """The same on every database, for what its statements decide."""
    return House(database, index, clock)


def test_a_code_is_eight_digits_in_two_groups_and_stays_the_same(house: House) -> None:
    first = house.open(AN)

    assert [len(group) for group in first.code.split(" ")] == [4, 4]
    assert first.code.replace(" ", "").isdecimal()
    assert first.expires_at == house.clock.now() + WEEK
    house.clock.advance(timedelta(days=1))
    assert house.open(AN) == house.open.expected(AN) == first
    assert house.open(BINH).code != first.code


def test_the_database_does_not_tell_a_code(house: House) -> None:
    code = house.open(AN).code.replace(" ", "")

    with house.database.reading() as reading:
        visit = reading.execute(select(CounterVisit)).scalar_one()
    assert code not in repr([visit.id, visit.code_index, house.events()])
    stranger = VisitCodes(b"w" * 32, house.index)
    assert stranger.code(visit.id) != code


def test_one_is_open_however_many_tabs_ask(on_each: House) -> None:
    opened = at_once(4, lambda _: on_each.open(AN))

    assert len({visit.code for visit in opened if isinstance(visit, ExpectedVisit)}) == 1
    assert [kind for kind, _ in on_each.events()] == ["counter_visit_asked"]


def test_after_its_end_there_is_another_code(on_each: House) -> None:
    former = on_each.open(AN)
    on_each.clock.advance(WEEK)

    assert on_each.open.expected(AN) is None
    with pytest.raises(NoSuchVisit):
        on_each.confirm.look(former.code, by=operator())
    assert on_each.open(AN).code != former.code


def test_an_officer_sees_what_to_compare_and_no_whole_number(house: House) -> None:
    visit = house.confirm.look(house.open(AN).code, by=operator())

    assert visit.full_name.value == "Nguyễn Văn An"
    assert visit.birth_date.isoformat() == "1990-01-02"
    assert [number.last_four for number in visit.identity_numbers] == ["0001"]
    kind, details = house.events()[-1]
    assert (kind, details["by"]) == ("counter_visit_shown", "quay-1")


@pytest.mark.parametrize("typed", ["1234-5678", " 12345678 ", "1234.5678"])
def test_a_code_may_be_typed_as_one_likes(house: House, typed: str) -> None:
    index = house.codes.index

    assert index(typed) == index("12345678") != index("12345679")
    assert index("x" * 10_000) == index("x" * 32)


def test_a_confirmed_visit_is_told_though_the_queue_was_away(house: House) -> None:
    visit = house.confirm.look(house.open(AN).code, by=operator())
    house.notices.are_away = True
    house.confirm(visit.id, DocumentKind.IDENTITY_CARD, by=operator())
    assert (len(house.evidence()), house.notices.told) == (1, [])

    house.notices.are_away = False
    house.clock.advance(LEFT_AFTER)
    house.follow_ups.what_is_left()

    assert house.notices.told == [(NoticeKind.LEVEL_RAISED, AN)]


def test_a_confirmed_visit_is_evidence_for_five_years(house: House) -> None:
    visit = house.confirm.look(house.open(AN).code, by=operator())
    house.confirm(visit.id, DocumentKind.IDENTITY_CARD, by=operator())

    (evidence,) = house.evidence()
    assert (evidence.citizen_id, evidence.kind) == (AN, EvidenceKind.COUNTER_VISIT)
    assert (evidence.verifier, evidence.reference) == ("quay-1", f"identity_card:{visit.id}")
    assert evidence.expires_at == house.clock.now() + 5 * YEAR
    assert evidence.attributes == ["birth_date", "full_name", "identity_number"]
    assert house.notices.told == [(NoticeKind.LEVEL_RAISED, AN)]
    kind, details = house.events()[-1]
    assert kind == "counter_visit_confirmed"
    assert details == {"visit_id": visit.id, "document": "identity_card", "by": "quay-1"}
    assert house.open.expected(AN) is None


def test_a_code_is_spent_once_by_one_officer(on_each: House) -> None:
    visit = on_each.confirm.look(on_each.open(AN).code, by=operator())

    outcomes = at_once(4, lambda _: on_each.confirm(visit.id, DocumentKind.PASSPORT, by=operator()))

    assert sorted(type(outcome).__name__ for outcome in outcomes) == [
        "NoSuchVisit",
        "NoSuchVisit",
        "NoSuchVisit",
        "NoneType",
    ]
    assert len(on_each.evidence()) == 1


def test_a_code_that_ended_while_the_card_was_looked_at_confirms_nothing(house: House) -> None:
    visit = house.confirm.look(house.open(AN).code, by=operator())
    house.clock.advance(WEEK)

    with pytest.raises(NoSuchVisit):
        house.confirm(visit.id, DocumentKind.PASSPORT, by=operator())
    assert house.evidence() == []


def test_wrong_codes_are_counted_for_each_officer(house: House) -> None:
    code = house.open(AN).code
    for _ in range(3):
        with pytest.raises(NoSuchVisit):
            house.confirm.look("0000 0000", by=operator())

    with pytest.raises(BudgetSpent):
        house.confirm.look(code, by=operator())

    colleague = VerifiedOperator(OperatorName("quay-2"), "Quầy 2", OperatorRole.COUNTER_OFFICER)
    assert house.confirm.look(code, by=colleague).id
    assert [kind for kind, _ in house.events()].count("budget_exceeded") == 1


def test_a_right_code_does_not_begin_the_count_of_wrong_ones_anew(house: House) -> None:
    """Else an officer with a code of their own could go through everybody's."""
    own = house.open(AN).code
    for _ in range(2):
        with pytest.raises(NoSuchVisit):
            house.confirm.look("0000 0000", by=operator())
    house.confirm.look(own, by=operator())

    with pytest.raises(NoSuchVisit):
        house.confirm.look("0000 0000", by=operator())
    with pytest.raises(BudgetSpent):
        house.confirm.look("0000 0000", by=operator())


def test_right_codes_use_up_nothing(house: House) -> None:
    for _ in range(10):
        house.confirm.look(house.open(AN).code, by=operator())


@pytest.mark.parametrize("role", [OperatorRole.PROVINCE_TEAM, OperatorRole.READ_ONLY])
def test_other_roles_neither_look_nor_confirm(house: House, role: OperatorRole) -> None:
    code = house.open(AN).code
    visit = house.confirm.look(code, by=operator())

    with pytest.raises(NotAnOfficer):
        house.confirm.look(code, by=operator(role))
    with pytest.raises(NotAnOfficer):
        house.confirm(visit.id, DocumentKind.PASSPORT, by=operator(role))
    assert house.evidence() == []


@pytest.mark.parametrize("kind", [HoldKind.DISPUTE, HoldKind.OPERATOR])
def test_a_held_account_is_not_raised(on_each: House, kind: HoldKind) -> None:
    code = on_each.open(AN).code
    visit = on_each.confirm.look(code, by=operator())
    on_each.hold(kind)

    for refused in (
        lambda: on_each.open(AN),
        lambda: on_each.confirm.look(code, by=operator()),
        lambda: on_each.confirm(visit.id, DocumentKind.PASSPORT, by=operator()),
    ):
        with pytest.raises(ChangesBarred):
            refused()
    assert on_each.evidence() == []
    assert on_each.open.expected(AN) is not None  # and the code is not spent


def test_a_closed_account_is_not_raised(house: House) -> None:
    visit = house.confirm.look(house.open(AN).code, by=operator())
    with house.database.transaction() as transaction:
        citizens.citizen(transaction, AN).status = CitizenStatus.CLOSED

    with pytest.raises(ChangesBarred):
        house.confirm(visit.id, DocumentKind.PASSPORT, by=operator())


def test_the_number_on_the_card_is_added_where_it_is_nobody_elses(on_each: House) -> None:
    visit = on_each.confirm.look(on_each.open(AN).code, by=operator())

    on_each.confirm(
        visit.id,
        DocumentKind.IDENTITY_CARD,
        card_number=IdentityNumber("215000001"),
        by=operator(),
    )

    with on_each.database.reading() as reading:
        an = citizens.citizen(reading, AN, "identity_numbers")
    assert {number.value for number in an.identity_numbers} == {"052090000001", "215000001"}


def test_a_card_of_somebody_elses_number_confirms_nothing(on_each: House) -> None:
    with on_each.database.transaction() as transaction:
        stranger = citizen_of(numbers=("215000009",), phone=None, citizen_id=type(AN)("9" * 36))
        citizens.add(transaction, stranger, on_each.index)
    visit = on_each.confirm.look(on_each.open(AN).code, by=operator())

    with pytest.raises(NumberTaken):
        on_each.confirm(
            visit.id,
            DocumentKind.IDENTITY_CARD,
            card_number=IdentityNumber("215000009"),
            by=operator(),
        )
    assert on_each.evidence() == []
    assert on_each.open.expected(AN) is not None


def test_visits_are_forgotten_a_month_after_their_end(house: House) -> None:
    house.open(AN)
    house.clock.advance(WEEK + KEPT)

    assert forget_ended_visits(house.database, house.clock) == 0
    house.clock.advance(timedelta(seconds=1))
    assert forget_ended_visits(house.database, house.clock) == 1


def test_two_ids_with_one_code_do_not_share_it(house: House) -> None:
    """Eight digits are few: the second visit gets another id, and another code."""
    codes = ["12345678", "12345678", "87654321"]
    house.codes.code = lambda _: codes.pop(0) if codes else "87654321"  # type: ignore[method-assign]
    house.open(AN)
    codes.insert(0, "12345678")

    assert house.codes.code(VisitId("any")) == "12345678"
    assert house.open(BINH).code == "8765 4321"


# --- the command ----------------------------------------------------------------------------------


@pytest.fixture
def run(house: House) -> Callable[..., Result]:
    """Run the command as an officer of that role, with lines typed."""
    hasher = PasswordHasher(
        memory_kib=8, iterations=1, hashes_at_once=1, queue_deadline=timedelta(seconds=30)
    )
    counter = Counter(
        verify=VerifyOperator(
            database=house.database,
            hasher=hasher,
            throttle=house.throttle,
            budgets=OperatorBudgets(
                Budget("operator", (Rate(count=5, period=timedelta(minutes=5)),)),
                Budget("operators", ()),
            ),
            clock=house.clock,
        ),
        confirm=house.confirm,
    )
    command = confirm_visit_command(lambda: counter)

    def run(code: str, *typed: str, role: OperatorRole = OperatorRole.COUNTER_OFFICER) -> Result:
        keep_operator(house.database, hasher, "quay-1", role, house.clock.now())
        lines = [PASSWORD, code_at(house.clock.now()), *typed, ""]
        return CliRunner().invoke(
            command, [*code.split(), "--as", "quay-1"], input="\n".join(lines)
        )

    return run


def test_an_officer_confirms_from_a_shell(house: House, run: Callable[..., Result]) -> None:
    result = run(house.open(AN).code, "identity_card", "", "yes")

    assert result.exit_code == 0, result.output
    assert "Nguyễn Văn An" in result.output
    assert "1990-01-02" in result.output
    assert "CCCD that ends in 0001" in result.output
    assert "052090000001" not in result.output
    assert len(house.evidence()) == 1


def test_an_officer_who_says_no_confirms_nothing(house: House, run: Callable[..., Result]) -> None:
    result = run(house.open(AN).code, "passport", "", "no")

    assert result.exit_code == 1
    assert house.evidence() == []
    assert house.open.expected(AN) is not None


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("passport", "12", "yes"), "an identity number has 9 or 12 digits"),
        (("passport", "052090000077", "yes"), "another number of that kind"),
    ],
)
def test_a_card_that_cannot_be_the_accounts_confirms_nothing(
    house: House, run: Callable[..., Result], typed: tuple[str, ...], said: str
) -> None:
    result = run(house.open(AN).code, *typed)

    assert result.exit_code == 1
    assert said in result.output
    assert house.evidence() == []


def test_a_code_of_nobody_is_said_to_be_one(house: House, run: Callable[..., Result]) -> None:
    result = run("0000 0000")

    assert result.exit_code == 1
    assert "Error: no open visit has this code\n" in result.output


def test_a_disputed_account_is_said_to_be_one(house: House, run: Callable[..., Result]) -> None:
    code = house.open(AN).code
    house.hold(HoldKind.DISPUTE)

    assert "locked or disputed" in run(code).output


def test_a_role_that_may_not_is_told_so(house: House, run: Callable[..., Result]) -> None:
    result = run(house.open(AN).code, role=OperatorRole.READ_ONLY)

    assert result.exit_code == 1
    assert "may not do this" in result.output
    assert "Nguyễn" not in result.output


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # SQLite writes one by one
def test_a_decision_that_comes_between_leaves_no_evidence(
    on_each: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The number goes to somebody else, and with it whatever speaks for it."""

    def decide() -> None:
        index = identity_number_index(on_each.index, "052090000001")
        with on_each.database.transaction() as transaction:
            place_hold(transaction, AN, HoldKind.OPERATOR, on_each.clock.now())
            assert release_identity_number(transaction, AN, index, on_each.clock.now())

    visit = on_each.confirm.look(on_each.open(AN).code, by=operator())
    decision = Meanwhile(on_each.database, decide).after(monkeypatch, citizens, "status_of")

    on_each.confirm(visit.id, DocumentKind.IDENTITY_CARD, by=operator())

    assert decision.outcome() is None
    assert [each.lapsed_at for each in on_each.evidence()] == [on_each.clock.now()]
