"""`/console/failures`: what portals sent that did not work, and what their teams can change."""

from datetime import timedelta
from typing import Final

from flask import Response
from flask_babel import get_locale

from idp.console.frame import ConsoleFrame, ConsolePage, Section
from idp.console.paging import ROWS
from idp.db.database import Database
from idp.failures import store
from idp.failures.note_failure import ENDPOINTS
from idp.failures.rules import typed_reference
from idp.failures.store import FailureQuery, FoundFailure
from idp.failures.table import COLUMNS, cells
from idp.failures.words import Manual, explain, pieces
from idp.operators.permissions import Permission, teams_seen_by
from idp.web.address import page_query
from idp.web.at_hand import request
from idp.web.csv_file import csv_bytes, csv_download
from idp.web.forms import ChoiceField, Form, LineField, plain_line
from idp.web.shown_time import shown_second
from idp.web.texts import lazy_gettext as _

FAILURES: Final = "/console/failures"
MOST_EXPORTED: Final = 10_000
_LONGEST_TEXT: Final = 128
_MOST_DIGITS: Final = 9  # a column of whole numbers holds no more
_NAMES: Final = ("reference", "client_id", "endpoint")


class FailuresForm(Form):
    """What one searches by; it stands in the address, for others to be sent there."""

    reference = LineField(_("Mã tra cứu"))
    client_id = LineField(_("Mã cổng (client_id)"))
    endpoint = ChoiceField(
        _("Nơi nhận"),
        choices=[("", _("tất cả")), *((path, path) for path in sorted(ENDPOINTS))],
    )


class _FailuresPage(ConsolePage):
    permission = Permission.SEE_FAILURES
    section = Section.FAILURES

    def __init__(self, frame: ConsoleFrame, database: Database, manual: Manual) -> None:
        super().__init__(frame)
        self._database = database
        self._manual = manual

    def _typed(self) -> dict[str, str]:
        return {name: plain_line(request.args.get(name, ""))[:_LONGEST_TEXT] for name in _NAMES}

    def _query(self, typed: dict[str, str], before: int | None = None) -> FailureQuery:
        return FailureQuery(
            reference=typed_reference(typed["reference"]),
            client_id=typed["client_id"],
            endpoint=typed["endpoint"],
            teams=teams_seen_by(self.operator),
            before=before,
        )


class Failures(_FailuresPage):
    """The newest, a page at a time; each is there for *kept*, *manual* says more."""

    def __init__(
        self, frame: ConsoleFrame, database: Database, manual: Manual, kept: timedelta
    ) -> None:
        super().__init__(frame, database, manual)
        self._kept = kept

    def show(self, **address: str) -> Response:
        typed, before = self._typed(), _before()
        with self._database.reading() as reading:
            found = store.search(reading, self._query(typed, before), limit=ROWS + 1)
        rows = found[:ROWS]
        return self.render(
            "console/failures/list.html",
            form=self._pages.blank_form(FailuresForm, **typed),
            rows=[shown_failure(each, self._manual) for each in rows],
            first=f"?{page_query(before='')}" if before is not None else None,
            following=f"?{page_query(before=str(rows[-1].number))}" if len(found) > ROWS else None,
            export_query=page_query(before=""),
            kept_days=self._kept.days,
        )


class ExportFailures(_FailuresPage):
    """`/console/failures/export`: the same as a file."""

    def show(self, **address: str) -> Response:
        query, language = self._query(self._typed()), str(get_locale())
        with self._database.reading() as reading:
            found = store.search(reading, query, limit=MOST_EXPORTED)
        rows = (cells(each.failed, language, self._manual) for each in found)
        content = csv_bytes(COLUMNS, rows)
        return csv_download("failures.csv", content)


def _before() -> int | None:
    """After which number the page begins; whatever is no number means the first page."""
    asked = request.args.get("before", "")
    is_number = asked.isascii() and asked.isdecimal() and len(asked) <= _MOST_DIGITS
    return int(asked) if is_number else None


def shown_failure(found: FoundFailure, manual: Manual) -> dict[str, object]:
    """What the page says of one."""
    failed, language = found.failed, str(get_locale())
    words = explain(failed, language)
    return {
        "at": shown_second(failed.at),
        "reference": failed.reference,
        "client_id": failed.client_id,
        "claimed": failed.claimed,
        "endpoint": failed.endpoint,
        "error": failed.error,
        "happened": pieces(words.happened),
        "fix": pieces(words.fix),
        "section": words.section,
        "manual": manual(language, words.section),
    }
