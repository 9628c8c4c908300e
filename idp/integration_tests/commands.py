"""`idp integration-tests`: begin a run for a portal's team, read its report."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import click

from idp.core.vietnam import minute
from idp.db.database import Database
from idp.integration_tests import store
from idp.integration_tests.begin_run import BeginRun, NotForTests
from idp.integration_tests.reports import Report, Reports
from idp.operators.model import FIRST
from idp.relying_parties.model import ClientId


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDesk:
    """What the commands work with."""

    begin: BeginRun
    reports: Reports
    database: Database


OpenRunDesk: TypeAlias = Callable[[], RunDesk]


def integration_tests_commands(open_desk: OpenRunDesk) -> click.Group:
    """
    Build the `integration-tests` group.

    *open_desk* is called once per command, so that `--help` needs no configuration.
    """

    @click.group("integration-tests")
    def integration_tests() -> None:
        """Guided runs in which we misbehave on purpose, and a portal has to refuse."""

    @integration_tests.command("start")
    @click.argument("client")
    def start(client: str) -> None:
        """Begin a run for CLIENT, a registration in the sandbox; its link is good for a day."""
        desk = open_desk()
        try:
            run = desk.begin(ClientId(client), by=FIRST)
        except NotForTests as error:
            raise click.ClickException(
                f"no enabled registration in the sandbox is called {error}"
            ) from error
        click.echo(desk.begin.link(run))

    @integration_tests.command("report")
    @click.argument("client")
    @click.option("--json", "as_json", is_flag=True, help="As JSON.")
    def report(client: str, *, as_json: bool) -> None:
        """Show the report of CLIENT's newest run; the exit status is 1 unless all was passed."""
        desk = open_desk()
        with desk.database.reading() as reading:
            runs = store.runs_of(reading, ClientId(client), limit=1)
        if not runs:
            raise click.ClickException(f"there is no run for {client}")
        found = desk.reports.of(runs[0])
        document = json.dumps(found.as_document(), indent=2, ensure_ascii=False)
        click.echo(document if as_json else _table(found))
        if not found.passed:
            raise click.exceptions.Exit(1)

    return integration_tests


def _table(report: Report) -> str:
    head = f"{report.run.client_id}  begun {minute(report.run.begun_at)}"
    lines = [
        f"{case.name:<18}"
        + ("  not tried yet" if result is None else f"  {result.outcome:<15}{result.reason or ''}")
        for case, result in report.lines
    ]
    end = "passed" if report.passed else f"{report.failed} failed, {report.missing} not tried yet"
    return "\n".join([head, *(line.rstrip() for line in lines), end])
