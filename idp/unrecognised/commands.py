"""`idp citizens reports`: whose accounts are locked because of what they did not recognise."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import click

from idp.core.vietnam import minute
from idp.db.database import Database
from idp.operators.commands import as_operator, operator_from_prompt
from idp.operators.permissions import Permission
from idp.operators.verify_operator import VerifyOperator
from idp.unrecognised.store import open_reports


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDesk:
    """What the command works with."""

    verify: VerifyOperator
    database: Database


OpenReportDesk: TypeAlias = Callable[[], ReportDesk]


def reports_command(open_desk: OpenReportDesk) -> click.Command:
    """Build the command; *open_desk* is called when it runs: `--help` needs no configuration."""

    @click.command("reports")
    @as_operator
    def reports(as_name: str) -> None:
        """
        List the open reports: number, account, since when (Vietnam's clock).

        An account is unlocked with `idp citizens unlock --hold unrecognised_activity`, which ends
        its report.
        """
        desk = open_desk()
        operator_from_prompt(desk.verify, as_name, permission=Permission.SERVE_CITIZENS)
        with desk.database.reading() as reading:
            found = open_reports(reading)
        for report in found:
            click.echo(f"{report.number}  {report.citizen_id}  {minute(report.placed_at)}")
        if not found:
            click.echo("no report is open")

    return reports
