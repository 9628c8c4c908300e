"""Taking events out of the audit log: that somebody did is an event of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from idp.audit.events import LogExported
from idp.audit.log import record
from idp.audit.rules import StoredEvent
from idp.audit.search import LogQuery, search
from idp.core.clock import Clock
from idp.db.database import Database

MOST_TAKEN: Final = 10_000
LONGEST_DAYS: Final = 31
"""A longer time is looked at in parts: nothing reads the whole log."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The *events*, the newest first, and whether there are *more* of what was looked for."""

    events: Sequence[StoredEvent]
    more: bool


class TakeEvents:
    """Hands out what was looked for, to whoever may read the log."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def __call__(
        self,
        query: LogQuery,
        *,
        by: str,
        limit: int = MOST_TAKEN,
        before: tuple[datetime, int] | None = None,
    ) -> Taken:
        """At most *limit*; *by* is an operator, or a program; *before* as `search` has it."""
        with self._database.transaction() as transaction:
            found = search(transaction, query, limit=limit + 1, before=before)
            events = found[:limit]
            record(transaction, LogExported(by=by, events=len(events)), self._clock.now())
        return Taken(events, more=len(found) > limit)
