"""`idp audit`: whether the log is as it was written."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import click

from idp.audit.roots import RootsFile, UnreadableRoots
from idp.audit.rules import Flaw
from idp.audit.verify import BrokenLog, VerifyLog, WholeLog
from idp.core.vietnam import second

_WORDS: Final = {
    Flaw.CHANGED: "the event, or its seal, was changed",
    Flaw.REMOVED: "the event was removed",
    Flaw.UNSEALED: "the seal was removed",
    Flaw.INSERTED: "the event was put in later: younger ones were sealed long before",
    Flaw.CUT_OFF: "the log ends here, before a root that was written: its end was removed",
    Flaw.ROOT_DIFFERS: "the chain is not the one whose root was published: it was written anew",
    Flaw.ROOT_MISSING: "a root was published that the database has not",
    Flaw.DROPPED_EARLY: "events were dropped that have to be kept longer",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LogDesk:
    """What the commands work with; *published* is our own file of roots."""

    verify: VerifyLog
    published: RootsFile


OpenLogDesk: TypeAlias = Callable[[], LogDesk]


def audit_commands(open_desk: OpenLogDesk) -> click.Group:
    """
    Build the `audit` group.

    *open_desk* is called once per command, so that `--help` needs no configuration.
    """

    @click.group("audit")
    def audit() -> None:
        """The log of security events."""

    @audit.command("verify")
    @click.option(
        "--roots",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="A published copy of the roots; our own file, if none is named.",
    )
    def verify(roots: Path | None) -> None:
        """
        Go through the log from the oldest kept root on.

        The first row that is not as it was is named, with what is wrong, and the exit code is 1.
        """
        desk = open_desk()
        file = desk.published if roots is None else RootsFile(roots)
        try:
            found = desk.verify(file.read())
        except UnreadableRoots as error:
            raise click.ClickException(str(error)) from error
        if isinstance(found, BrokenLog):
            raise click.ClickException(_broken(found))
        click.echo(_whole(found))

    return audit


def _whole(found: WholeLog) -> str:
    if found.first is None or found.last is None:
        return f"No event is sealed, {found.unsealed} wait for it."
    return (
        f"{found.events} events verified, from {second(found.first)} to {second(found.last)};"
        f" {found.unsealed} not sealed yet; {found.roots} published roots agree."
    )


def _broken(found: BrokenLog) -> str:
    places = (("event", found.event_id), ("position", found.position), ("day", found.day))
    place = ", ".join(f"{name} {value}" for name, value in places if value is not None)
    return f"The log is broken at {place}: {_WORDS[found.flaw]}."
