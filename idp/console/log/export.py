"""Events as a file: CSV for a spreadsheet, JSON for a program."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import Final

from idp.audit.rules import StoredEvent

_COLUMNS: Final = ("at", "kind", "citizen_id", "client_id", "details")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def as_csv(events: Sequence[StoredEvent]) -> bytes:
    """The events as CSV (RFC 4180), with the mark by which spreadsheets know UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    writer.writerows([_harmless(cell) for cell in _cells(event)] for event in events)
    return text.getvalue().encode("utf-8-sig")


def as_json(events: Sequence[StoredEvent]) -> bytes:
    """The events as a JSON array."""
    rows = [
        {
            "at": event.at.isoformat(),
            "kind": event.kind,
            "citizen_id": event.citizen_id,
            "client_id": event.client_id,
            "details": event.details,
        }
        for event in events
    ]
    return json.dumps(rows, ensure_ascii=False, indent=1).encode()


def _cells(event: StoredEvent) -> Iterable[str]:
    yield event.at.isoformat()
    yield event.kind
    yield event.citizen_id or ""
    yield event.client_id or ""
    yield json.dumps(event.details, ensure_ascii=False, sort_keys=True)


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (CWE-1236)."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
