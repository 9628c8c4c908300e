"""`idp statistics`: how many signed in, and how it went."""

from collections.abc import Callable

import click

from idp.statistics.model import EVERYBODY
from idp.statistics.report import Period, Report, Statistics
from idp.statistics.table import COLUMNS, number, rows
from idp.web.csv_file import csv_text

_DAYS = click.Choice([str(int(period)) for period in Period])


def statistics_command(open_statistics: Callable[[], Statistics]) -> click.Command:
    """Build the command; *open_statistics* is called when it is run."""

    @click.command("statistics")
    @click.option("--portal", default=EVERYBODY, help="A client_id; all together without it.")
    @click.option("--days", default="7", show_default=True, type=_DAYS, help="Up to today.")
    @click.option("--csv", "as_csv", is_flag=True, help="For a spreadsheet.")
    def statistics(portal: str, *, days: str, as_csv: bool) -> None:
        """
        Show sign-ins, texts with codes and enrolments, of one portal or of all.

        Days are those of Vietnam. Numbers below five are hidden, and what would tell them.
        """
        report = open_statistics()(Period(int(days)), portal)
        if as_csv:
            click.echo(csv_text(COLUMNS, rows(report)), nl=False)
            return
        click.echo("\n".join(_told(report)))

    return statistics


def _told(report: Report) -> list[str]:
    success = "?" if report.success is None else f"{report.success:.1%}"
    median = "?" if report.median is None else f"{report.median:.0f} s"
    lines = [
        f"{report.first} to {report.last}, {report.client_id or 'all portals'}",
        f"sent to sign in     {number(report.begun)}",
        f"signed in           {number(report.signed_in)} ({success})",
        f"answered silently   {number(report.silent)}",
        f"median time         {median}",
    ]
    lines += [f"level {level}             {number(n)}" for level, n in report.levels.items()]
    lines += [f"refused             {error}: {number(n)}" for error, n in report.refused.items()]
    lines += [
        f"codes, {texts.carrier}: sent {number(texts.sent)}, not taken {number(texts.failed)}, "
        f"typed rightly {number(texts.confirmed)}"
        for texts in report.texts
    ]
    lines += [f"enrolment           {stage}: {number(n)}" for stage, n in report.enrolments.items()]
    return lines
