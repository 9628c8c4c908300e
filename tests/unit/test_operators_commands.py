"""`idp operators`: who vouches for whom, and nothing secret on the command line."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import click
import pytest
from click.testing import CliRunner, Result

from idp.citizens.password_hasher import PasswordHasher
from idp.operators.add_operator import AddOperator
from idp.operators.commands import OperatorDesk, operators_commands
from idp.operators.disable_operator import DisableOperator
from idp.operators.model import OperatorRole
from idp.operators.verify_operator import OperatorBudgets, VerifyOperator
from idp.settings import Rate
from idp.throttling.ports import Budget
from tests.fakes.clock import FakeClock
from tests.fakes.database import database_in_memory
from tests.fakes.operators import PASSWORD, SECRET, code_at, keep_operator
from tests.fakes.people import NOON
from tests.fakes.throttle import ThrottleInMemory

STEP = timedelta(seconds=30)
REASON = ("--reason", "left the office")
Run = Callable[..., Result]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOON)


@pytest.fixture
def desk(clock: FakeClock) -> Iterator[OperatorDesk]:
    database = database_in_memory()
    hasher = PasswordHasher(
        memory_kib=8, iterations=1, hashes_at_once=1, queue_deadline=timedelta(seconds=30)
    )
    yield OperatorDesk(
        database=database,
        add=AddOperator(database=database, hasher=hasher, clock=clock),
        disable=DisableOperator(database=database, clock=clock),
        verify=VerifyOperator(
            database=database,
            hasher=hasher,
            throttle=ThrottleInMemory(clock),
            budgets=OperatorBudgets(
                Budget("operator", (Rate(count=2, period=STEP),)), Budget("operators", ())
            ),
            clock=clock,
        ),
        new_secret=lambda: SECRET,
        service="National Public Service Portal",
    )
    database.engine.dispose()


@pytest.fixture
def operators(desk: OperatorDesk) -> click.Group:
    return operators_commands(lambda: desk)


@pytest.fixture
def run(operators: click.Group, clock: FakeClock) -> Run:
    def run(*arguments: str, typed: list[str]) -> Result:
        return CliRunner().invoke(operators, arguments, input="\n".join([*typed, ""]))

    return run


@pytest.fixture
def lan(desk: OperatorDesk, clock: FakeClock) -> None:
    """An administrator."""
    hasher = PasswordHasher(
        memory_kib=8, iterations=1, hashes_at_once=1, queue_deadline=timedelta(seconds=30)
    )
    keep_operator(desk.database, hasher, "lan", OperatorRole.ADMINISTRATOR, clock.now())


ADD_HUONG = ("add", "huong", "--display-name", "Hương", "--role", "operator")


def test_the_first_one_sets_up_an_app_and_proves_it(run: Run, clock: FakeClock) -> None:
    add = ("add", "lan", "--display-name", "Lan", "--role", "administrator")

    added = run(*add, typed=[PASSWORD, PASSWORD, code_at(clock.now())])

    assert added.exit_code == 0, added.output
    assert "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP" in added.output
    assert (
        f"otpauth://totp/National%20Public%20Service%20Portal:lan?secret={SECRET}" in added.output
    )
    assert "▄" in added.output
    assert PASSWORD not in added.output
    assert "lan " in run("list", typed=[]).output


def test_a_second_one_needs_an_administrator_s_word(run: Run, lan: None, clock: FakeClock) -> None:
    alone = run(*ADD_HUONG, typed=[PASSWORD, PASSWORD, code_at(clock.now())])
    assert alone.exit_code == 1
    assert "--as" in alone.stderr

    now, later = code_at(clock.now()), code_at(clock.now() + STEP)
    vouched = run(*ADD_HUONG, "--as", "lan", typed=[PASSWORD, now, PASSWORD, PASSWORD, later])
    assert vouched.exit_code == 0, vouched.output
    assert "huong" in run("list", typed=[]).output


def test_two_passwords_that_differ_add_nobody(run: Run, lan: None, clock: FakeClock) -> None:
    told = run(
        *ADD_HUONG, "--as", "lan", typed=[PASSWORD, code_at(clock.now()), PASSWORD, "another one!"]
    )

    assert "differ" in told.stderr
    assert "huong" not in run("list", typed=[]).output


def test_wrong_credentials_and_too_many_tries_are_said_in_a_line(run: Run, lan: None) -> None:
    disable = ("disable", "lan", *REASON, "--as", "lan")
    for _ in range(2):
        wrong = run(*disable, typed=["wrong", "000000"])
        assert (wrong.exit_code, wrong.stderr) == (
            1,
            "Error: name, password or code is wrong, or used\n",
        )

    assert "too many tries" in run(*disable, typed=["wrong", "000000"]).stderr


def test_a_role_that_may_not_is_told_after_the_right_credentials(
    run: Run, lan: None, desk: OperatorDesk, clock: FakeClock
) -> None:
    hasher = PasswordHasher(
        memory_kib=8, iterations=1, hashes_at_once=1, queue_deadline=timedelta(seconds=30)
    )
    keep_operator(desk.database, hasher, "minh", OperatorRole.COUNTER_OFFICER, clock.now())

    told = run("disable", "lan", *REASON, "--as", "minh", typed=[PASSWORD, code_at(clock.now())])

    assert "minh is counter_officer, and may not do this" in told.stderr


def test_standard_input_that_ends_is_an_error(operators: click.Group, lan: None) -> None:
    told = CliRunner().invoke(operators, ["disable", "lan", *REASON, "--as", "lan"], input=PASSWORD)

    assert "standard input has ended" in told.stderr


def test_an_administrator_takes_an_account_away(
    run: Run, lan: None, desk: OperatorDesk, clock: FakeClock
) -> None:
    now, later = code_at(clock.now()), code_at(clock.now() + STEP)
    run(*ADD_HUONG, "--as", "lan", typed=[PASSWORD, now, PASSWORD, PASSWORD, later])

    last = run("disable", "lan", *REASON, "--as", "lan", typed=[PASSWORD, later])
    clock.advance(2 * STEP)
    gone = run("disable", "huong", *REASON, "--as", "lan", typed=[PASSWORD, code_at(clock.now())])

    assert "last administrator" in last.stderr
    assert gone.output == "huong  disabled\n"
    assert "disabled" in run("list", typed=[]).output
