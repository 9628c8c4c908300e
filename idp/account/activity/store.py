"""What the page asks of the log; nothing here writes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from idp.audit.model import AuditEvent
from idp.citizens.model import CitizenId
from idp.grants.model import Grant
from idp.relying_parties.model import ClientId


@dataclass(frozen=True, slots=True)
class Activity:
    """One event of a citizen's."""

    id: int
    at: datetime
    kind: str
    client_id: ClientId | None
    details: Mapping[str, Any]


def activity(
    session: Session,
    citizen_id: CitizenId,
    kinds: Collection[str],
    *,
    limit: int | None,
    before: int | None = None,
) -> Sequence[Activity]:
    """
    The citizen's events of those kinds, the newest first, at most *limit*.

    *before* is the id of the last one seen; one that is not the citizen's begins from the newest.
    What a code released is added to its details.
    """
    query = select(AuditEvent).where(
        AuditEvent.citizen_id == citizen_id, AuditEvent.kind.in_(kinds)
    )
    if before is not None:
        last_at = session.execute(
            select(AuditEvent.at).where(
                AuditEvent.id == before, AuditEvent.citizen_id == citizen_id
            )
        ).scalar_one_or_none()
        if last_at is not None:
            query = query.where(
                or_(
                    AuditEvent.at < last_at,
                    and_(AuditEvent.at == last_at, AuditEvent.id < before),
                )
            )
    rows = session.execute(
        query.order_by(AuditEvent.at.desc(), AuditEvent.id.desc()).limit(limit)
    ).scalars()
    found = [Activity(row.id, row.at, row.kind, _client(row), row.details) for row in rows]
    return _with_claims(session, found)


def find(session: Session, citizen_id: CitizenId, event_id: int) -> Activity | None:
    """One event, if it is the citizen's."""
    row = session.execute(
        select(AuditEvent).where(AuditEvent.id == event_id, AuditEvent.citizen_id == citizen_id)
    ).scalar_one_or_none()
    if row is None:
        return None
    [found] = _with_claims(session, [Activity(row.id, row.at, row.kind, _client(row), row.details)])
    return found


def _client(row: AuditEvent) -> ClientId | None:
    return None if row.client_id is None else ClientId(row.client_id)


def _with_claims(session: Session, found: Sequence[Activity]) -> Sequence[Activity]:
    grants = {each.details["grant_id"] for each in found if each.kind == "code_issued"}
    if not grants:
        return found
    rows = session.execute(select(Grant.id, Grant.claims).where(Grant.id.in_(grants)))
    claims = {grant_id: names for grant_id, names in rows}  # noqa: C416 (rows are no tuples to mypy)
    return [
        Activity(
            each.id,
            each.at,
            each.kind,
            each.client_id,
            {**each.details, "claims": claims.get(each.details.get("grant_id", ""), ())},
        )
        if each.kind == "code_issued"
        else each
        for each in found
    ]
