"""Operators: one answer for every fault, a code that counts once, and never without an owner."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import event, select

from idp.audit.model import AuditEvent
from idp.citizens.password_hasher import PasswordHasher
from idp.core.reason import Reason
from idp.db.database import Database
from idp.operators.add_operator import (
    AddOperator,
    CodeNotShown,
    NameTaken,
    NewOperator,
    NotAllowed,
)
from idp.operators.change_operator import ChangeOperatorPassword, ChangeRole
from idp.operators.disable_operator import (
    DisableOperator,
    LastAdministrator,
    OwnAccount,
    UnknownOperator,
)
from idp.operators.model import OperatorName, OperatorRole, VerifiedOperator
from idp.operators.rules import (
    InvalidOperatorName,
    WeakOperatorPassword,
    check_operator_password,
    parse_operator_name,
)
from idp.operators.verify_operator import OperatorBudgets, VerifyOperator, WrongOperatorCredentials
from idp.settings import Rate
from idp.throttling.ports import Budget, BudgetSpent
from tests.fakes.clock import FakeClock
from tests.fakes.database import database_in_memory
from tests.fakes.operator_sessions import OperatorSessionsInMemory
from tests.fakes.operators import PASSWORD, SECRET
from tests.fakes.people import NOON
from tests.fakes.throttle import ThrottleInMemory

STEP = timedelta(seconds=30)
LAN, HUONG = OperatorName("lan"), OperatorName("huong")
REASON = Reason("left the ministry")


class CountingHasher(PasswordHasher):
    """
    Counts what it verifies: each costs the same, whoever it is for.

    *meanwhile* is what somebody else does in that time.
    """

    verified = 0
    meanwhile: Callable[[], object] = staticmethod(lambda: None)

    def verify(self, password: str, stored: str | None) -> bool:
        """See `PasswordHasher`."""
        self.verified += 1
        self.meanwhile()
        return super().verify(password, stored)


class Office:
    """Where operators are added, verified and disabled; one account of each is kept by a test."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        self.database, self.clock = database, clock
        self.hasher = CountingHasher(
            memory_kib=8, iterations=1, hashes_at_once=1, queue_deadline=timedelta(seconds=30)
        )
        self.statements = 0
        self.verify = VerifyOperator(
            database=database,
            hasher=self.hasher,
            throttle=ThrottleInMemory(clock),
            budgets=OperatorBudgets(
                Budget("operator", (Rate(count=5, period=5 * STEP),)),
                Budget("operators", (Rate(count=7, period=5 * STEP),), by_network=True),
            ),
            clock=clock,
        )
        self.add_operator = AddOperator(database=database, hasher=self.hasher, clock=clock)
        self.disable = DisableOperator(database=database, clock=clock)
        self.change_role = ChangeRole(database=database, clock=clock)
        event.listen(database.engine, "before_cursor_execute", self._count)

    def add(
        self,
        name: str = "lan",
        role: OperatorRole = OperatorRole.ADMINISTRATOR,
        *,
        by: VerifiedOperator | None = None,
        password: str = PASSWORD,
    ) -> None:
        new = NewOperator(OperatorName(name), name.title(), role, password, SECRET)
        self.add_operator(new, self.code(), by=by)

    def code(self, steps: int = 0) -> str:
        """What the app shows, so many steps from now."""
        return pyotp.TOTP(SECRET).at(self.clock.now() + steps * STEP)

    def shown(self, name: str = "lan") -> VerifiedOperator:
        """Somebody shows password and the next code, which nobody has used."""
        self.clock.advance(STEP)
        return self.verify(name, PASSWORD, self.code())

    def refused(self, name: str, password: str, code: str) -> tuple[int, int]:
        """What a refusal costs: hashes and statements."""
        hashes, statements = self.hasher.verified, self.statements
        with pytest.raises(WrongOperatorCredentials):
            self.verify(name, password, code)
        return self.hasher.verified - hashes, self.statements - statements

    @property
    def events(self) -> list[tuple[str, object]]:
        with self.database.reading() as reading:
            rows = reading.execute(select(AuditEvent).order_by(AuditEvent.id)).scalars()
            return [(row.kind, row.details.get("by")) for row in rows]

    def _count(self, *_: object) -> None:
        self.statements += 1


@pytest.fixture
def office() -> Iterator[Office]:
    database = database_in_memory()
    yield Office(database, FakeClock(NOON))
    database.engine.dispose()


def test_password_and_code_prove_that_an_operator_is_there(office: Office) -> None:
    office.add()

    assert office.shown() == VerifiedOperator(LAN, "Lan", OperatorRole.ADMINISTRATOR)
    assert office.events[-1] == ("operator_verified", "lan")


def test_a_code_counts_once(office: Office) -> None:
    office.add()
    office.shown()

    office.refused("lan", PASSWORD, office.code())

    assert office.events[-1] == ("operator_refused", "lan")


def test_the_code_that_set_the_app_up_is_used(office: Office) -> None:
    office.add()

    office.refused("lan", PASSWORD, office.code())


def test_a_code_from_before_the_last_one_is_used_too(office: Office) -> None:
    office.add()
    office.clock.advance(3 * STEP)
    office.verify("lan", PASSWORD, office.code())

    office.refused("lan", PASSWORD, office.code(-1))


@pytest.mark.parametrize("steps", [-1, 1])
def test_an_app_may_be_a_step_early_or_late(office: Office, steps: int) -> None:
    office.add()
    office.clock.advance(10 * STEP)

    office.verify("lan", PASSWORD, office.code(steps))


def test_two_steps_are_too_many(office: Office) -> None:
    office.add()
    office.clock.advance(10 * STEP)

    office.refused("lan", PASSWORD, office.code(2))


def test_a_code_is_typed_with_spaces_or_without(office: Office) -> None:
    office.add()
    office.clock.advance(STEP)
    code = office.code()

    office.verify(" LAN ", PASSWORD, f"{code[:3]} {code[3:]}")


def test_every_fault_costs_the_same_and_is_told_the_same(office: Office) -> None:
    office.add()
    office.clock.advance(STEP)

    costs = {
        office.refused("nobody", PASSWORD, office.code()),
        office.refused("lan", "not the password", office.code()),
        office.refused("lan", PASSWORD, "số này"),
        office.refused("x" * 9000, "y" * 9000, "9" * 9000),
    }

    assert len(costs) == 1


def test_a_wrong_password_spends_no_code(office: Office) -> None:
    office.add()
    office.clock.advance(STEP)
    office.refused("lan", "not the password", office.code())

    office.verify("lan", PASSWORD, office.code())


def test_tries_are_counted_before_they_are_judged(office: Office) -> None:
    office.add()
    office.clock.advance(STEP)
    for _ in range(5):
        office.refused("lan", "not the password", "000000")

    with pytest.raises(BudgetSpent):
        office.verify("lan", PASSWORD, office.code())
    assert office.events[-1] == ("budget_exceeded", None)


def test_names_that_cost_nothing_are_counted_by_the_network_they_come_from(office: Office) -> None:
    for number in range(7):
        with pytest.raises(WrongOperatorCredentials):
            office.verify(f"name-{number}", PASSWORD, "000000", origin="203.0.113.0/24")
    hashes = office.hasher.verified

    for number in range(7, 20):
        with pytest.raises(BudgetSpent):
            office.verify(f"name-{number}", PASSWORD, "000000", origin="203.0.113.0/24")

    assert office.hasher.verified == hashes
    assert office.events[7:] == [("budget_exceeded", None)]  # once: a stranger fills no log
    office.add()
    assert office.shown().name == LAN


def test_tries_elsewhere_do_not_keep_an_operator_out(office: Office) -> None:
    office.add()
    office.clock.advance(STEP)
    for _ in range(5):
        with pytest.raises(WrongOperatorCredentials):
            office.verify("lan", "not the password", "000000", origin="198.51.100.0/24")

    office.verify("lan", PASSWORD, office.code())


def test_the_first_operator_needs_nobody_and_every_other_an_administrator(office: Office) -> None:
    office.add()

    with pytest.raises(NotAllowed):
        office.add("huong")
    office.add("huong", OperatorRole.OPERATOR, by=office.shown())
    office.clock.advance(STEP)
    with pytest.raises(NotAllowed):
        office.add("minh", by=office.shown("huong"))
    assert ("operator_added", "lan") in office.events


def test_the_first_operator_is_an_administrator(office: Office) -> None:
    with pytest.raises(NotAllowed):
        office.add(role=OperatorRole.READ_ONLY)


def test_an_app_that_shows_another_code_adds_nobody(office: Office) -> None:
    new = NewOperator(LAN, "Lan", OperatorRole.ADMINISTRATOR, PASSWORD, SECRET)

    with pytest.raises(CodeNotShown):
        office.add_operator(new, office.code(5), by=None)
    assert office.add_operator.is_first()


def test_a_disabled_operator_is_nobody_and_the_name_stays_taken(office: Office) -> None:
    office.add()
    office.add("huong", by=office.shown())
    office.disable(HUONG, by=office.shown(), reason=REASON)
    office.clock.advance(STEP)

    office.refused("huong", PASSWORD, office.code())
    with pytest.raises(NameTaken):
        office.add("huong", by=office.shown())
    with pytest.raises(UnknownOperator):
        office.disable(HUONG, by=office.shown(), reason=REASON)


def test_the_last_administrator_stays(office: Office) -> None:
    office.add()
    lan = office.shown()
    office.add("huong", OperatorRole.OPERATOR, by=lan)

    with pytest.raises(LastAdministrator):
        office.disable(LAN, by=lan, reason=REASON)
    office.shown()


def test_nobody_decides_about_the_own_account(office: Office) -> None:
    office.add()
    lan = office.shown()
    office.add("huong", OperatorRole.ADMINISTRATOR, by=lan)

    with pytest.raises(OwnAccount):
        office.disable(LAN, by=lan, reason=REASON)
    with pytest.raises(OwnAccount):
        office.change_role(LAN, OperatorRole.READ_ONLY, by=lan, reason="no wish to work")
    assert office.shown().role is OperatorRole.ADMINISTRATOR


def test_a_role_is_changed_by_an_administrator_once(office: Office) -> None:
    office.add()
    lan = office.shown()
    office.add("huong", OperatorRole.OPERATOR, by=lan)
    huong, why = office.shown("huong"), "works at a counter"

    with pytest.raises(NotAllowed):
        office.change_role(LAN, OperatorRole.OPERATOR, by=huong, reason=why)
    with pytest.raises(UnknownOperator):
        office.change_role(OperatorName("minh"), OperatorRole.OPERATOR, by=lan, reason=why)
    assert office.change_role(HUONG, OperatorRole.COUNTER_OFFICER, by=lan, reason=why)
    assert not office.change_role(HUONG, OperatorRole.COUNTER_OFFICER, by=lan, reason=why)

    assert office.shown("huong").role is OperatorRole.COUNTER_OFFICER
    assert [kind for kind, _ in office.events].count("operator_role_changed") == 1


def test_of_two_administrators_who_demote_each_other_one_stays(office: Office) -> None:
    office.add()
    lan = office.shown()
    office.add("huong", OperatorRole.ADMINISTRATOR, by=lan)
    huong = office.shown("huong")
    office.change_role(HUONG, OperatorRole.OPERATOR, by=lan, reason="changed places")

    # What huong was a moment ago does not help: nobody would be left.
    with pytest.raises(LastAdministrator):
        office.change_role(LAN, OperatorRole.OPERATOR, by=huong, reason="changed places")


@pytest.mark.parametrize("typed", ["", "la", "2lan", "lan.", "lan anh", "lân", "lаn", "l" * 33])
def test_a_name_has_no_look_alikes(typed: str) -> None:
    with pytest.raises(InvalidOperatorName):
        parse_operator_name(typed)


@pytest.mark.parametrize("password", ["", "short", "a" * 12, "Lan-is-my-name", "abc" * 90])
def test_a_password_is_long_and_not_the_name(password: str) -> None:
    with pytest.raises(WeakOperatorPassword):
        check_operator_password(password, LAN)


def test_a_password_that_is_replaced_while_it_is_verified_lets_nobody_in(office: Office) -> None:
    """Its owner ends every session with it: none may begin after that."""
    office.add()
    lan = office.shown()
    sessions = OperatorSessionsInMemory(
        office.clock, idle=timedelta(hours=1), maximum=timedelta(hours=12)
    )
    change = ChangeOperatorPassword(
        database=office.database, hasher=office.hasher, sessions=sessions, clock=office.clock
    )
    office.clock.advance(STEP)
    office.hasher.meanwhile = lambda: change("other quiet words, and a mountain", by=lan)

    with pytest.raises(WrongOperatorCredentials):
        office.verify("lan", PASSWORD, office.code())
