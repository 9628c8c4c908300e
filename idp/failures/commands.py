"""`idp failures list`: what portals sent that did not work, and what to change."""

from collections.abc import Callable
from typing import Final

import click

from idp.core.two_languages import EN
from idp.core.vietnam import second
from idp.db.database import Database
from idp.failures import store
from idp.failures.model import FailedRequest
from idp.failures.rules import typed_reference
from idp.failures.store import FailureQuery
from idp.failures.table import COLUMNS, cells
from idp.failures.words import Manual, explain
from idp.web.csv_file import csv_text

_MOST: Final = 10_000


def failures_commands(
    open_database: Callable[[], Database], find_manual: Callable[[], Manual]
) -> click.Group:
    """Build the `failures` group; both are called when a command is run."""

    @click.group("failures")
    def failures() -> None:
        """Requests of portals that failed."""

    @failures.command("list")
    @click.argument("client_id", required=False)
    @click.option("--reference", default="", help="The one with that reference.")
    @click.option(
        "--limit", default=50, show_default=True, type=click.IntRange(1, _MOST), help="Rows."
    )
    @click.option("--csv", "as_csv", is_flag=True, help="For a spreadsheet.")
    def list_failures(client_id: str | None, *, reference: str, limit: int, as_csv: bool) -> None:
        """
        List the newest failed requests, of one portal or of all.

        Times are those of Vietnam. What is younger than some seconds is not there yet.
        """
        query = FailureQuery(client_id=client_id or "", reference=typed_reference(reference))
        with open_database().reading() as reading:
            found = [each.failed for each in store.search(reading, query, limit=limit)]
        manual = find_manual()
        if as_csv:
            rows = (cells(failed, EN, manual) for failed in found)
            click.echo(csv_text(COLUMNS, rows), nl=False)
        elif not found:
            click.echo("No failed request.")
        for failed in () if as_csv else found:
            click.echo(_told(failed, manual))

    return failures


def _told(failed: FailedRequest, manual: Manual) -> str:
    words = explain(failed, EN)
    whose = failed.client_id or f"nobody's ({failed.claimed or 'no client_id'})"
    at = second(failed.at)
    return "\n".join(
        (
            f"{at}  {failed.reference}  {whose}  {failed.endpoint}  {failed.error}",
            f"  {words.happened}",
            f"  {words.fix}",
            f"  {manual(EN, words.section)}",
        )
    )
