"""`idp citizens reports`: operators see which accounts wait for them."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result

from idp.citizens import store
from idp.citizens.holds import lift_hold, place_hold
from idp.citizens.model import HoldKind
from idp.citizens.password_hasher import PasswordHasher
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.operators.model import OperatorRole
from idp.operators.verify_operator import OperatorBudgets, VerifyOperator
from idp.throttling.ports import Budget
from idp.unrecognised.commands import ReportDesk, reports_command
from tests.fakes.clock import FakeClock
from tests.fakes.database import database_in_memory
from tests.fakes.operators import PASSWORD, code_at, keep_operator
from tests.fakes.people import AN, NOON, citizen_of
from tests.fakes.throttle import ThrottleInMemory

Run = Callable[[str], Result]


@pytest.fixture
def database() -> Iterator[Database]:
    database = database_in_memory()
    with database.transaction() as transaction:
        store.add(transaction, citizen_of(AN), BlindIndex(bytes(range(32))))
    yield database
    database.engine.dispose()


@pytest.fixture
def run(database: Database) -> Run:
    clock = FakeClock(NOON)
    hasher = PasswordHasher(
        memory_kib=8, iterations=1, hashes_at_once=1, queue_deadline=timedelta(seconds=30)
    )
    keep_operator(database, hasher, "lan", OperatorRole.OPERATOR, clock.now())
    keep_operator(database, hasher, "minh", OperatorRole.COUNTER_OFFICER, clock.now())
    verify = VerifyOperator(
        database=database,
        hasher=hasher,
        throttle=ThrottleInMemory(clock),
        budgets=OperatorBudgets(Budget("operator", ()), Budget("operators", ())),
        clock=clock,
    )
    command = reports_command(lambda: ReportDesk(verify=verify, database=database))

    def run(who: str) -> Result:
        clock.advance(timedelta(seconds=30))
        typed = "\n".join((PASSWORD, code_at(clock.now()), ""))
        return CliRunner().invoke(command, ["--as", who], input=typed)

    return run


def test_a_report_is_listed_until_its_hold_is_lifted(run: Run, database: Database) -> None:
    assert "no report is open" in run("lan").output
    kind, reference = HoldKind.UNRECOGNISED_ACTIVITY, "BV-2026-000001"
    with database.transaction() as transaction:
        place_hold(transaction, AN, HoldKind.OPERATOR, NOON)
        place_hold(transaction, AN, kind, NOON, reference=reference)

    assert f"BV-2026-000001  {AN}  2026-06-01 19:00\n" in run("lan").output

    with database.transaction() as transaction:
        lift_hold(transaction, AN, kind, NOON, reference=reference)
    assert "no report is open" in run("lan").output


def test_who_serves_no_citizens_sees_none(run: Run) -> None:
    told = run("minh")

    assert told.exit_code == 1
    assert "BV-" not in told.output
