"""`/console/log`: the events, a page at a time, or as a file."""

import json
from collections.abc import Iterable, Mapping

from flask import Response
from flask_babel import format_number

from idp.audit import store
from idp.audit.rules import Sealing, sealing_of
from idp.audit.search import search
from idp.console.frame import ConsoleFrame, ConsolePage, Section
from idp.console.log.forms import asked
from idp.console.paging import ROWS, offset, page_of
from idp.core.clock import Clock
from idp.db.database import Database
from idp.operators.events_file import as_csv, as_json
from idp.operators.permissions import Permission
from idp.operators.take_events import MOST_TAKEN, TakeEvents
from idp.web.address import page_query
from idp.web.at_hand import request
from idp.web.csv_file import csv_download, download
from idp.web.see_other import see_other
from idp.web.shown_time import shown_day, shown_second


class _LogPage(ConsolePage):
    permission = Permission.READ_LOG
    section = Section.LOG

    def __init__(self, frame: ConsoleFrame, database: Database, clock: Clock) -> None:
        super().__init__(frame)
        self._database = database
        self._clock = clock


class Log(_LogPage):
    """`/console/log`: what was looked for, and up to where the log is sealed."""

    def show(self, **address: str) -> Response:
        form, query = asked(self._pages, self._clock)
        with self._database.reading() as reading:
            root = store.last_root(reading)
            found = [] if query is None else search(reading, query, limit=ROWS + 1, offset=offset())
            page = page_of(found)
            links = store.links_of(reading, [event.id for event in page.rows])
            _end, latest = store.head(reading)
        sealings = [sealing_of(event, links.get(event.id), latest) for event in page.rows]
        return self.render(
            "console/log/list.html",
            form=form,
            page=page,
            rows=[
                {
                    "at": shown_second(event.at),
                    "kind": event.kind,
                    "by": str(event.details.get("by") or ""),
                    "about": [each for each in (event.citizen_id, event.client_id) if each],
                    "details": list(_shown(event.details)),
                    "sealing": sealing.value,
                }
                for event, sealing in zip(page.rows, sealings, strict=True)
            ],
            is_broken=Sealing.BROKEN in sealings,
            sealed_until=None if root is None else shown_day(root.day),
            export_query=page_query(),
            most=format_number(MOST_TAKEN),
        )


class ExportLog(_LogPage):
    """`/console/log/export`: the same as a file; that somebody took it is an event of its own."""

    def show(self, **address: str) -> Response:
        """The file; a search that is none leads back to its page."""
        _form, query = asked(self._pages, self._clock)
        if query is None:
            return see_other(f"/console/log?{page_query()}")
        is_json = request.args.get("format") == "json"
        take = TakeEvents(database=self._database, clock=self._clock)
        events = take(query, by=self.operator.name).events
        if is_json:
            return download("events.json", "application/json", as_json(events))
        return csv_download("events.csv", as_csv(events))


def _shown(details: Mapping[str, object]) -> Iterable[tuple[str, str]]:
    """What an event says, as people read it; of a change each member, before and after."""
    for name, value in details.items():
        if name == "changes" and isinstance(value, list):
            yield from ((member, f"{before} → {after}") for member, before, after in value)
        elif name != "by" and value not in (None, "", []):
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            yield name, text
