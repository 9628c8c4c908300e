"""Runs, results and attempts on both databases; what happens once happens to one caller."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner

from idp.app.operations import begin_run, run_desk
from idp.core.handles import digest, new_handle
from idp.db.database import Database
from idp.integration_tests import store
from idp.integration_tests.cases import CASES
from idp.integration_tests.commands import integration_tests_commands
from idp.integration_tests.model import AttemptId, CaseName, Outcome, Run, RunId, Screen, Verdict
from idp.integration_tests.reports import Reports
from idp.operators.model import OperatorName
from idp.relying_parties.logos import Logos
from idp.relying_parties.model import ClientId
from idp.relying_parties.register import Register
from idp.relying_parties.registration import parse_registration
from idp.relying_parties.secrets import SecretHasher
from tests.fakes.citizen_site import Site
from tests.fakes.clock import FakeClock
from tests.fakes.fetcher import FetcherInMemory
from tests.fakes.registrations import BASIC, POST, registration

AT_ONCE = 8
CLIENT = ClientId(BASIC)
CODE, BROWSER = "code", "browser"


class NoVersion:
    """The version of a registry that nobody holds in memory."""

    def current(self) -> int:
        return 0

    def require(self) -> None:
        return None

    def bump(self) -> None:
        return None


@pytest.fixture
def database(database: Database, clock: FakeClock) -> Database:
    version = NoVersion()
    register = Register(
        database=database,
        version=version,
        hasher=SecretHasher(b"k" * 32),
        logos=Logos(fetcher=FetcherInMemory(), database=database, version=version),
        clock=clock,
    )
    register.apply([parse_registration(registration(client)) for client in (BASIC, POST)])
    return database


def add_run(database: Database, at: datetime, client_id: ClientId = CLIENT) -> Run:
    run = Run(RunId(new_handle()), client_id, at, OperatorName("lan"), at + timedelta(days=1))
    with database.transaction() as transaction:
        store.add_run(transaction, run, handle=digest(run.id))
    return run


def add_attempt(database: Database, run: Run, at: datetime) -> AttemptId:
    attempt_id = AttemptId(new_handle())
    with database.transaction() as transaction:
        store.add_attempt(transaction, attempt_id, run, CaseName.EXPIRED, browser=BROWSER, at=at)
    return attempt_id


def note_asked(database: Database, attempt_id: AttemptId, at: datetime) -> bool:
    with database.transaction() as transaction:
        return store.note_asked(
            transaction,
            attempt_id,
            at=at,
            asked_for=["state"],
            code={},
            code_digest=digest(CODE),
            answer="https://portal.example/callback?code=x",
        )


def keep(database: Database, run: Run, name: CaseName, outcome: Outcome, at: datetime) -> None:
    with database.transaction() as transaction:
        store.lock_run(transaction, run.id)
        store.keep_result(
            transaction,
            run.id,
            name,
            Verdict(outcome),
            screen=Screen.TURNED_AWAY,
            observed={},
            at=at,
        )


def at_once(do: Callable[[int], object]) -> list[object]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(do, range(AT_ONCE)))


def test_one_request_is_the_case_s(database: Database, clock: FakeClock) -> None:
    run = add_run(database, clock.now())
    attempt_id = add_attempt(database, run, clock.now())

    noted = at_once(lambda _: note_asked(database, attempt_id, clock.now()))

    assert noted.count(True) == 1
    with database.reading() as reading:
        since = clock.now() - timedelta(minutes=1)
        assert store.waiting(reading, BROWSER, CLIENT, since=since) is None


def test_one_use_of_a_code_gives_the_token_and_each_is_counted(
    database: Database, clock: FakeClock
) -> None:
    attempt_id = add_attempt(database, add_run(database, clock.now()), clock.now())
    note_asked(database, attempt_id, clock.now())

    def use(number: int) -> bool:
        token = digest(f"token {number}")
        with database.transaction() as transaction:
            attempt = store.use_code(
                transaction,
                digest(CODE),
                CLIENT,
                token_digest=token,
                issued_since=clock.now() - timedelta(minutes=1),
                at=clock.now(),
            )
        return attempt is not None and attempt.token_digest == token

    assert at_once(use).count(True) == 1
    with database.reading() as reading:
        attempt = store.attempt_at(reading, _run_of(database), CaseName.EXPIRED)
    assert attempt is not None
    assert attempt.code_uses == AT_ONCE


def _run_of(database: Database) -> RunId:
    with database.reading() as reading:
        (run,) = store.runs_of(reading, CLIENT, limit=2)
    return run.id


def test_the_first_question_at_userinfo_is_the_one_that_counts(
    database: Database, clock: FakeClock
) -> None:
    run = add_run(database, clock.now())
    note_asked(database, add_attempt(database, run, clock.now()), clock.now())
    first = clock.now()
    with database.transaction() as transaction:
        store.use_code(
            transaction,
            digest(CODE),
            CLIENT,
            token_digest="t",
            issued_since=first - timedelta(minutes=1),
            at=first,
        )
    for _ in range(2):
        with database.transaction() as transaction:
            noted = store.note_userinfo(transaction, "t", clock.now())
        clock.advance(timedelta(seconds=5))

    assert noted is not None
    assert store.observed_of(noted).userinfo_at == first
    with database.transaction() as transaction:
        assert store.note_userinfo(transaction, "another", first) is None


def test_two_testers_record_one_result(database: Database, clock: FakeClock) -> None:
    run = add_run(database, clock.now())
    outcomes = [Outcome.PASSED, Outcome.FAILED]

    at_once(lambda number: keep(database, run, CaseName.EXPIRED, outcomes[number % 2], clock.now()))

    with database.reading() as reading:
        assert list(store.results_of(reading, run.id)) == [CaseName.EXPIRED]
        counts = store.counts_of(reading, [run.id])
    assert sum(counts[run.id].values()) == 1


def test_what_is_stored_of_an_answer_is_not_readable(database: Database, clock: FakeClock) -> None:
    run = add_run(database, clock.now())
    note_asked(database, add_attempt(database, run, clock.now()), clock.now())

    with database.engine.connect() as connection:
        (stored,) = connection.exec_driver_sql(
            "SELECT answer FROM integration_test_attempt"
        ).scalars()
    assert b"code=x" not in bytes(stored)


class TestPassed:
    def test_a_whole_run_counts_from_when_it_was_begun(
        self, database: Database, clock: FakeClock
    ) -> None:
        reports, begun = Reports(database), clock.now()
        run = add_run(database, begun)
        for name in CASES:
            assert not reports.passed(CLIENT, begun)
            keep(database, run, name, Outcome.PASSED, clock.now())

        assert reports.passed(CLIENT, begun)
        assert not reports.passed(CLIENT, begun + timedelta(seconds=1))
        assert not reports.passed(ClientId(POST), begun)

    def test_two_halves_are_no_whole(self, database: Database, clock: FakeClock) -> None:
        names = list(CASES)
        for half in (names[::2], names[1::2]):
            run = add_run(database, clock.now())
            for name in half:
                keep(database, run, name, Outcome.PASSED, clock.now())

        assert not Reports(database).passed(CLIENT, clock.now())

    def test_the_latest_try_of_a_case_is_the_one_that_counts(
        self, database: Database, clock: FakeClock
    ) -> None:
        reports, run = Reports(database), add_run(database, clock.now())
        for name in CASES:
            keep(database, run, name, Outcome.PASSED, clock.now())
        keep(database, run, CaseName.EXPIRED, Outcome.FAILED, clock.now())
        assert not reports.passed(CLIENT, clock.now())
        keep(database, run, CaseName.EXPIRED, Outcome.NOT_APPLICABLE, clock.now())

        assert reports.passed(CLIENT, clock.now())


class TestCommands:
    def test_a_run_is_begun_and_reported(self, site: Site) -> None:
        commands, shell = integration_tests_commands(lambda: run_desk(site.parts)), CliRunner()
        begun = shell.invoke(commands, ["start", "binh-dinh"])
        told = shell.invoke(commands, ["report", "binh-dinh"])

        assert begun.exit_code == 0
        assert (
            site.browser().open(begun.output.strip().removeprefix("http://localhost:8400")).status
            == 200
        )
        assert told.exit_code == 1  # nothing was tried yet
        assert told.output.endswith("0 failed, 15 not tried yet\n")

    def test_the_report_is_a_document_too(self, site: Site) -> None:
        commands, shell = integration_tests_commands(lambda: run_desk(site.parts)), CliRunner()
        run = begin_run(site.parts)(ClientId("binh-dinh"), by=OperatorName("lan"))
        for name in CASES:
            keep(site.database, run, name, Outcome.PASSED, site.clock.now())
        told = shell.invoke(commands, ["report", "binh-dinh", "--json"])

        assert told.exit_code == 0
        assert '"passed": true' in told.output
        assert shell.invoke(commands, ["report", "binh-dinh"]).output.endswith("\npassed\n")

    @pytest.mark.parametrize("command", ["start", "report"])
    def test_there_is_nothing_for_nobody(self, site: Site, command: str) -> None:
        commands, shell = integration_tests_commands(lambda: run_desk(site.parts)), CliRunner()
        told = shell.invoke(commands, [command, "nobody"])

        assert told.exit_code == 1
        assert "nobody" in told.output
