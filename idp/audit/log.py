"""Writing security events, within the transaction that makes them true."""

import re
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from idp.audit.events import SecurityEvent
from idp.audit.model import AuditEvent

_WORD_START = re.compile(r"(?<!^)(?=[A-Z])")


def record(session: Session, event: SecurityEvent, at: datetime) -> None:
    """Add *event* to the log, as part of the caller's transaction."""
    details = asdict(event)
    citizen_id, client_id = details.pop("citizen_id"), details.pop("client_id")
    session.connection().execute(
        insert(AuditEvent).values(
            at=at,
            kind=_WORD_START.sub("_", type(event).__name__).lower(),
            citizen_id=citizen_id,
            client_id=client_id,
            details={name: _plain(value) for name, value in details.items()},
        )
    )


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
