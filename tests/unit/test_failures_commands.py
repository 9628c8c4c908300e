"""`idp failures list` and `idp statistics`: what a shell shows."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from idp.db.database import Database
from idp.failures import store
from idp.failures.commands import failures_commands
from idp.failures.model import Cause, FailedRequest, Fault
from idp.relying_parties.model import ClientId
from idp.statistics import store as counts
from idp.statistics.commands import statistics_command
from idp.statistics.model import HourlyCount, Measure
from idp.statistics.report import Statistics
from idp.statistics.rules import rows_of
from tests.fakes.clock import FakeClock
from tests.fakes.database import database_in_memory

NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)


@pytest.fixture
def memory() -> Iterator[Database]:
    database = database_in_memory()
    yield database
    database.engine.dispose()


def test_failed_requests_are_told_with_their_fix(memory: Database) -> None:
    request = FailedRequest(
        id="x",
        at=NOW,
        reference="7F3K-92QD",
        endpoint="/token",
        error="invalid_client",
        client_id=ClientId("binh-dinh"),
        claimed="",
        fault=Fault(cause=Cause.JWT_EXPIRED, parameter="exp", seconds=75),
        note="",
    )
    with memory.transaction() as transaction:
        store.add(transaction, [request])
    group = failures_commands(
        lambda: memory, lambda: lambda language, section: f"/manual/{language}/{section}"
    )

    def run(*arguments: str) -> str:
        return CliRunner().invoke(group, ["list", *arguments], catch_exceptions=False).output

    told = run("binh-dinh")
    assert "2026-11-22 12:00:00  7F3K-92QD  binh-dinh  /token  invalid_client" in told
    assert "expired 75 seconds ago" in told
    assert told.endswith("\n  /manual/en/5\n")
    assert run("--reference", "7f3k 92qd") == told
    assert run("dak-lak") == "No failed request.\n"
    exported = run("--csv")
    assert exported.startswith("at,reference,client_id,")
    assert exported.rstrip().endswith(",/manual/en/5")


def test_statistics_are_told_as_text_and_as_rows(memory: Database) -> None:
    begun = HourlyCount(Measure.BEGUN, "binh-dinh", "", NOW, 40)
    came = HourlyCount(Measure.SIGNED_IN, "binh-dinh", "anew 2 30", NOW, 38)
    sent = HourlyCount(Measure.OTP_SENT, "binh-dinh", "viettel", NOW, 3)
    with memory.transaction() as transaction:
        counts.add(transaction, rows_of([begun, came, sent]))
    command = statistics_command(lambda: Statistics(database=memory, clock=FakeClock(NOW)))

    def run(*arguments: str) -> str:
        return CliRunner().invoke(command, arguments, catch_exceptions=False).output

    told = run("--portal", "binh-dinh", "--days", "1")
    assert "signed in           38 (95.0%)" in told
    assert "codes, viettel: sent hidden" in told
    assert "40" not in run("--portal", "dak-lak")
    assert "2026-11-16,2026-11-22,,begun,,40" in run("--csv")
