"""Writing security events, within the transaction that makes them true."""

import re
from dataclasses import fields
from datetime import datetime
from typing import Final

from sqlalchemy import insert

from idp.audit.events import SecurityEvent
from idp.audit.model import AuditEvent
from idp.db.rows import Prepared, Source, rows_of

_ADD: Final = Prepared(
    insert(AuditEvent), columns=("at", "kind", "citizen_id", "client_id", "details")
)
_COLUMNS: Final = frozenset({"citizen_id", "client_id"})
_WORD_START = re.compile(r"(?<!^)(?=[A-Z])")
_STORED_AS: Final[dict[type[SecurityEvent], tuple[str, tuple[str, ...]]]] = {}


def record(source: Source, event: SecurityEvent, at: datetime) -> None:
    """Add *event* to the log, as part of the caller's transaction."""
    kind, details = _stored_as(type(event))
    rows_of(source).change(
        _ADD,
        at=at,
        kind=kind,
        citizen_id=event.citizen_id,
        client_id=event.client_id,
        details={name: _plain(getattr(event, name)) for name in details},
    )


def kind_of(event: type[SecurityEvent]) -> str:
    """The name that events of that class are stored under."""
    return _stored_as(event)[0]


def _stored_as(event: type[SecurityEvent]) -> tuple[str, tuple[str, ...]]:
    """The name of such events, and those of what stands in no column of its own."""
    found = _STORED_AS.get(event)
    if found is None:
        details = tuple(each.name for each in fields(event) if each.name not in _COLUMNS)
        found = _WORD_START.sub("_", event.__name__).lower(), details
        _STORED_AS[event] = found
    return found


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str):
        # An operator's words from a shell may hold bytes of no character; no seal could hold them.
        return value if value.isascii() else value.encode(errors="replace").decode()
    return list(value) if isinstance(value, tuple) else value
