"""Events as a file: CSV for a spreadsheet, JSON for a program."""

import json
from collections.abc import Iterable, Sequence
from typing import Final

from idp.audit.rules import StoredEvent
from idp.web.csv_file import csv_bytes

_COLUMNS: Final = ("at", "kind", "citizen_id", "client_id", "details")


def as_csv(events: Sequence[StoredEvent]) -> bytes:
    """The events as CSV."""
    return csv_bytes(_COLUMNS, map(_cells, events))


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
