"""Writing security events, within the transaction that makes them true."""

import re
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from idp.audit.events import SecurityEvent
from idp.audit.model import AuditEvent

# Made once: building a statement costs more than running it, and every code exchange does.
_ADD = insert(AuditEvent)
_WORD_START = re.compile(r"(?<!^)(?=[A-Z])")


def record(session: Session, event: SecurityEvent, at: datetime) -> None:
    """Add *event* to the log, as part of the caller's transaction."""
    details = asdict(event)
    citizen_id, client_id = details.pop("citizen_id"), details.pop("client_id")
    session.connection().execute(
        _ADD,
        {
            "at": at,
            "kind": _kind(type(event)),
            "citizen_id": citizen_id,
            "client_id": client_id,
            "details": {name: _plain(value) for name, value in details.items()},
        },
    )


def _kind(event: type[SecurityEvent]) -> str:
    return _WORD_START.sub("_", event.__name__).lower()


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
