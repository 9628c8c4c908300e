"""`idp citizens`: an operator's look has a reason, and the citizen can see it."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from idp.audit.model import AuditEvent
from idp.citizens import store
from idp.citizens.model import CitizenStatus, HoldKind
from idp.citizens.password_hasher import PasswordHasher
from idp.citizens.rules import VerificationLevel
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.follow_ups.follow_ups import FollowUps
from idp.helpdesk.commands import Helpdesk, citizens_commands
from idp.helpdesk.find_citizen import FindCitizen
from idp.interactions.hold_account import HoldAccount
from idp.interactions.sign_in import SignIn
from idp.operators.model import OperatorRole
from idp.operators.verify_operator import OperatorBudgets, VerifyOperator
from idp.throttling.ports import Budget
from tests.fakes.clock import FakeClock
from tests.fakes.database import database_in_memory
from tests.fakes.grants import AccessTokensInMemory
from tests.fakes.logouts import nobody_to_tell
from tests.fakes.notices import NoticesInMemory
from tests.fakes.operators import PASSWORD, code_at, keep_operator
from tests.fakes.people import AN, NOON, citizen_of
from tests.fakes.sessions import SessionsInMemory
from tests.fakes.throttle import ThrottleInMemory

AN_S, NOBODY_S = "052090000001", "052090000003"
REASON = "called the hotline, lost the phone"
LEVELS = (VerificationLevel(1, frozenset({"self_declared"}), "1", "1"),)
Run = Callable[..., Result]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOON)


@pytest.fixture
def helpdesk(clock: FakeClock) -> Iterator[Helpdesk]:
    database = database_in_memory()
    index = BlindIndex(bytes(range(32)))
    hasher = PasswordHasher(
        memory_kib=8, iterations=1, hashes_at_once=1, queue_deadline=timedelta(seconds=30)
    )
    with database.transaction() as transaction:
        store.add(transaction, citizen_of(AN), index)
    keep_operator(database, hasher, "lan", OperatorRole.OPERATOR, clock.now())
    keep_operator(database, hasher, "minh", OperatorRole.COUNTER_OFFICER, clock.now())
    sign_in = SignIn(
        sessions=SessionsInMemory(clock, idle=timedelta(hours=1), maximum=timedelta(hours=12)),
        tokens=AccessTokensInMemory(clock),
        announce=nobody_to_tell(clock),
        database=database,
        clock=clock,
    )
    yield Helpdesk(
        verify=VerifyOperator(
            database=database,
            hasher=hasher,
            throttle=ThrottleInMemory(clock),
            budgets=OperatorBudgets(Budget("operator", ()), Budget("operators", ())),
            clock=clock,
        ),
        find=FindCitizen(database=database, index=index, levels=LEVELS, clock=clock),
        hold=HoldAccount(
            database=database,
            follow_ups=FollowUps(
                end_sessions=sign_in, notices=NoticesInMemory(), database=database, clock=clock
            ),
            clock=clock,
        ),
    )
    database.engine.dispose()


@pytest.fixture
def database(helpdesk: Helpdesk) -> Database:
    return helpdesk.find._database


@pytest.fixture
def run(helpdesk: Helpdesk, clock: FakeClock) -> Run:
    group = citizens_commands(lambda: helpdesk)

    def run(
        command: str, *options: str, number: str = AN_S, who: str = "lan", reason: str = REASON
    ) -> Result:
        clock.advance(timedelta(seconds=30))
        typed = "\n".join((PASSWORD, code_at(clock.now()), number, ""))
        arguments = [command, *options, "--as", who, "--reason", reason]
        return CliRunner().invoke(group, arguments, input=typed)

    return run


def looks(database: Database) -> list[tuple[str | None, object, object]]:
    with database.reading() as reading:
        rows = reading.execute(
            select(AuditEvent).where(AuditEvent.kind == "operator_looked_up")
        ).scalars()
        return [(row.citizen_id, row.details["by"], row.details["reason"]) for row in rows]


def status(database: Database) -> CitizenStatus | None:
    with database.reading() as reading:
        return store.status_of(reading, AN)


def test_a_look_shows_how_the_account_stands_and_is_seen(run: Run, database: Database) -> None:
    told = run("find", number=" 0520-9000 0001")

    assert told.exit_code == 0, told.output
    assert "status    active" in told.output
    assert "holds     none" in told.output
    assert "ends in 001" in told.output
    assert AN_S not in told.output
    assert looks(database) == [(AN, "lan", REASON)]


def test_a_look_in_vain_is_a_look(run: Run, database: Database) -> None:
    told = run("find", number=NOBODY_S)

    assert (told.exit_code, told.stderr) == (1, "Error: no account has that identity number\n")
    assert looks(database) == [(None, "lan", REASON)]


def test_a_counter_officer_may_not_look(run: Run, database: Database) -> None:
    told = run("find", who="minh")

    assert "may not do this" in told.stderr
    assert looks(database) == []


def test_a_reason_that_is_none_is_no_look(run: Run, database: Database) -> None:
    told = run("find", reason="number 0912 345 678")

    assert told.exit_code == 2
    assert "leave identity and phone numbers out" in told.stderr
    assert looks(database) == []


def test_an_account_is_locked_and_unlocked(run: Run, database: Database) -> None:
    assert run("lock").output == "locked\n"
    assert status(database) is CitizenStatus.HELD
    assert run("lock").output == "was locked already\n"
    assert "holds     operator" in run("find").output

    assert run("unlock").output == "lifted\n"
    assert status(database) is CitizenStatus.ACTIVE
    assert "no such hold" in run("unlock").output


def test_each_hold_is_lifted_by_its_kind(run: Run, helpdesk: Helpdesk, database: Database) -> None:
    helpdesk.hold.place(AN, HoldKind.UNRECOGNISED_ACTIVITY, by="citizen", reference="BV-1")
    helpdesk.hold.place(AN, HoldKind.UNRECOGNISED_ACTIVITY, by="citizen", reference="BV-2")
    helpdesk.hold.place(AN, HoldKind.DISPUTE, by="dispute", reference="KN-2026-000001")
    run("lock")

    told = run("unlock", "--hold", "unrecognised_activity")

    assert told.output == "lifted\nstill held: dispute, operator\n"
    assert status(database) is CitizenStatus.HELD
    assert run("unlock", "--hold", "dispute").exit_code == 2


def test_one_operator_does_not_undo_what_two_decided(
    run: Run, helpdesk: Helpdesk, database: Database
) -> None:
    helpdesk.hold.place(AN, HoldKind.OPERATOR, by="dispute", reference="KN-2026-000001")
    run("lock")

    assert run("unlock").output == "lifted\nstill held: operator\n"
    assert run("unlock").output == "there is no such hold: operator\nstill held: operator\n"
    assert status(database) is CitizenStatus.HELD
