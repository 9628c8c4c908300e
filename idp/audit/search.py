"""Looking events up: by time, kind, whoever did it, and whom or what it is about."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Text, and_, cast, or_, select
from sqlalchemy.orm import Session

from idp.audit.model import AuditEvent
from idp.audit.rules import StoredEvent


@dataclass(frozen=True, slots=True)
class LogQuery:
    """
    What is looked for; an empty text asks for nothing in particular.

    *since* belongs to the time, *until* does not. *by* is an operator's name, *about* the id of a
    citizen or of a relying party, or of whatever else the event names: an operator, a team, a key,
    a case, a program.
    """

    since: datetime
    until: datetime
    kind: str = ""
    by: str = ""
    about: str = ""


def search(
    session: Session,
    query: LogQuery,
    *,
    limit: int,
    offset: int = 0,
    before: tuple[datetime, int] | None = None,
) -> Sequence[StoredEvent]:
    """The events, the newest first; *before*: those older than that one (moment and number)."""
    statement = select(AuditEvent).where(AuditEvent.at >= query.since, AuditEvent.at < query.until)
    if query.kind:
        statement = statement.where(AuditEvent.kind == query.kind)
    if query.by:
        statement = statement.where(AuditEvent.details["by"].as_string() == query.by)
    if query.about:
        statement = statement.where(_about(query.about))
    if before is not None:
        at, number = before
        older = or_(AuditEvent.at < at, and_(AuditEvent.at == at, AuditEvent.id < number))
        statement = statement.where(AuditEvent.at <= at, older)
    newest = statement.order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
    rows = session.execute(newest.limit(limit).offset(offset)).scalars()
    return [
        StoredEvent(row.id, row.at, row.kind, row.citizen_id, row.client_id, row.details)
        for row in rows
    ]


def _about(name: str) -> ColumnElement[bool]:
    """Whether an event is about *name*: its own columns, else a value of its details, whole."""
    # One look at the text, whatever the detail is called: a look at each would parse it each time.
    value = cast(AuditEvent.details, Text).contains(f": {json.dumps(name)}", autoescape=True)
    return or_(AuditEvent.citizen_id == name, AuditEvent.client_id == name, value)
