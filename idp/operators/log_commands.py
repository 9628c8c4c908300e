"""`idp audit search` and `export`: the log read at a shell, by an operator with a name."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

import click

from idp.audit.rules import StoredEvent
from idp.audit.search import LogQuery
from idp.core.clock import Clock
from idp.core.vietnam import day_of, end_of, second, start_of
from idp.operators.commands import as_operator, operator_from_prompt
from idp.operators.events_file import as_csv, as_json
from idp.operators.permissions import Permission
from idp.operators.take_events import LONGEST_DAYS, MOST_TAKEN, TakeEvents, Taken
from idp.operators.verify_operator import VerifyOperator

_FIRST, _LAST = date(2000, 1, 1), date(2999, 12, 31)
_FORMATS: Final = {"csv": as_csv, "json": as_json}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingDesk:
    """What the commands work with."""

    verify: VerifyOperator
    take: TakeEvents
    clock: Clock


OpenReadingDesk: TypeAlias = Callable[[], ReadingDesk]
Command: TypeAlias = Callable[..., None]


def add_log_commands(group: click.Group, open_desk: OpenReadingDesk) -> None:
    """Add them to *group*; *open_desk* is called when one runs."""
    group.add_command(_search(open_desk))
    group.add_command(_export(open_desk))


def _with_query(command: Command) -> Command:
    """The options by which events are looked for."""
    for option in (
        click.option(
            "--about", default="", help="An account, portal, operator, team, key or case."
        ),
        click.option("--kind", default="", help="The kind of event, like secret_added."),
        click.option("--actor", default="", help="Who did it: an operator, or api: and a program."),
        click.option("--until", metavar="DAY", help="The last day; today without it."),
        click.option(
            "--since", metavar="DAY", help="The first day (2026-01-31); else the last one."
        ),
    ):
        command = option(command)
    return command


def _search(open_desk: OpenReadingDesk) -> click.Command:
    @click.command("search")
    @_with_query
    @click.option(
        "--limit", default=50, show_default=True, type=click.IntRange(1, MOST_TAKEN), help="Events."
    )
    @as_operator
    def search(
        *,
        since: str | None,
        until: str | None,
        actor: str,
        kind: str,
        about: str,
        limit: int,
        as_name: str,
    ) -> None:
        """
        Show the newest events of some days, those of Vietnam; 31 at most.

        That they were taken is an event too, as at the console.
        """
        desk = open_desk()
        query = _query(desk.clock, since, until, kind=kind, by=actor, about=about)
        taken = _taken(desk, query, as_name, limit)
        for event in taken.events:
            click.echo(_line(event))
        if not taken.events:
            click.echo("No event.", err=True)

    return search


def _export(open_desk: OpenReadingDesk) -> click.Command:
    @click.command("export")
    @_with_query
    @click.option("--format", "written", type=click.Choice(list(_FORMATS)), required=True)
    @as_operator
    def export(
        *,
        since: str | None,
        until: str | None,
        actor: str,
        kind: str,
        about: str,
        written: str,
        as_name: str,
    ) -> None:
        """
        Write events to standard output, as the console exports them: 10,000 at most.

        No cell of the CSV is one that a spreadsheet takes for a formula.
        """
        desk = open_desk()
        query = _query(desk.clock, since, until, kind=kind, by=actor, about=about)
        taken = _taken(desk, query, as_name, MOST_TAKEN)
        click.echo(_FORMATS[written](taken.events), nl=False)

    return export


def _taken(desk: ReadingDesk, query: LogQuery, as_name: str, limit: int) -> Taken:
    by = operator_from_prompt(desk.verify, as_name, permission=Permission.READ_LOG)
    taken = desk.take(query, by=by.name, limit=limit)
    if taken.more:
        click.echo(f"There are more than these {limit}: ask for a shorter time.", err=True)
    return taken


def _query(
    clock: Clock, since: str | None, until: str | None, *, kind: str, by: str, about: str
) -> LogQuery:
    last = day_of(clock.now()) if until is None else _day(until)
    first = last if since is None else _day(since)
    if not 0 <= (last - first).days < LONGEST_DAYS:
        raise click.ClickException(f"ask for 1 to {LONGEST_DAYS} days")
    start = start_of(first)
    return LogQuery(since=start, until=end_of(last), kind=kind, by=by, about=about)


def _day(typed: str) -> date:
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        day = None
    if day is None or not _FIRST <= day <= _LAST:
        raise click.ClickException(f"{typed} is no day: write it as 2026-01-31")
    return day


def _line(event: StoredEvent) -> str:
    ids = " ".join(each for each in (event.citizen_id, event.client_id) if each)
    details = json.dumps(event.details, ensure_ascii=False, sort_keys=True)
    return f"{second(event.at)}  {event.kind}  {ids or '-'}  {details}"
