"""`idp relying-parties logouts`: who was told of sign-outs, and who has not answered."""

import json
from collections.abc import Callable

import click

from idp.backchannel import store
from idp.backchannel.model import LogoutDelivery
from idp.db.database import Database
from idp.relying_parties.model import ClientId

_COLUMNS = ("signed out at", "portal", "state", "tries", "last error", "next try / confirmed at")


def logouts_command(open_database: Callable[[], Database]) -> click.Command:
    """Build the command; *open_database* is called when it is run."""

    @click.command("logouts")
    @click.argument("client_id", required=False)
    @click.option(
        "--limit", default=50, show_default=True, type=click.IntRange(1, 10_000), help="Rows."
    )
    @click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
    def logouts(client_id: str | None, *, limit: int, as_json: bool) -> None:
        """
        List the newest back-channel logout messages, of one portal or of all.

        Each stands for one session of one citizen at one portal. Times are in UTC.
        """
        with open_database().reading() as reading:
            named = None if client_id is None else ClientId(client_id)
            found = [_told(row) for row in store.latest(reading, client_id=named, limit=limit)]
        if as_json:
            click.echo(json.dumps(found, indent=2))
        elif not found:
            click.echo("No portal was told of a sign-out in the last 30 days.")
        else:
            click.echo(_table(found))

    return logouts


def _told(row: LogoutDelivery) -> dict[str, str | int | None]:
    at = row.next_attempt_at or row.delivered_at
    return {
        "created_at": row.created_at.isoformat(timespec="seconds"),
        "client_id": row.client_id,
        "state": str(row.state),
        "attempts": row.attempts,
        "last_error": row.last_error,
        "at": None if at is None else at.isoformat(timespec="seconds"),
    }


def _table(found: list[dict[str, str | int | None]]) -> str:
    rows = [
        _COLUMNS,
        *(tuple("" if v is None else str(v) for v in told.values()) for told in found),
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(len(_COLUMNS))]
    return "\n".join(
        "  ".join(value.ljust(width) for value, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
