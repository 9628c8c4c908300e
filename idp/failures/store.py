"""Queries on failed requests; none of them commits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from idp.failures.model import Cause, FailedRequest, FailedRequestRecord, Fault, Part
from idp.relying_parties.model import ClientId, RelyingPartyRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureQuery:
    """
    What is looked for; what is left out asks for nothing in particular.

    *reference* and *client_id* are compared exactly; a *client_id* that is nobody's finds the
    requests that came with it. *teams*: relying parties of these alone, and not nobody's. *before*
    is the number of the last one seen: the page after it.
    """

    reference: str = ""
    client_id: str = ""
    endpoint: str = ""
    since: datetime | None = None
    until: datetime | None = None
    teams: frozenset[str] | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class FoundFailure:
    """A failed request with its number, by which the next page is asked for."""

    number: int
    failed: FailedRequest


def add(session: Session, batch: Sequence[FailedRequest]) -> None:
    """Keep those that are not kept yet."""
    ids = [failed.id for failed in batch]
    found = select(FailedRequestRecord.id).where(FailedRequestRecord.id.in_(ids))
    known = set(session.execute(found).scalars())
    rows = [_row(failed) for failed in batch if failed.id not in known]
    if rows:
        session.execute(insert(FailedRequestRecord), rows)


def search(session: Session, query: FailureQuery, *, limit: int) -> Sequence[FoundFailure]:
    """The failed requests, the newest first; one question."""
    record = FailedRequestRecord
    statement = select(record)
    if query.reference:
        statement = statement.where(record.reference == query.reference)
    if query.client_id:
        known = record.client_id == query.client_id
        # Somebody else's made-up id is nobody's: a team searches in its own alone.
        claimed = record.client_id.is_(None) & (record.claimed == query.client_id)
        statement = statement.where(known if query.teams is not None else known | claimed)
    if query.endpoint:
        statement = statement.where(record.endpoint == query.endpoint)
    if query.since is not None:
        statement = statement.where(record.at >= query.since)
    if query.until is not None:
        statement = statement.where(record.at < query.until)
    if query.teams is not None:
        own = select(RelyingPartyRecord.client_id).where(RelyingPartyRecord.team.in_(query.teams))
        statement = statement.where(record.client_id.in_(own))
    if query.before is not None:
        statement = statement.where(record.number < query.before)
    rows = session.execute(statement.order_by(record.number.desc()).limit(limit)).scalars()
    return [FoundFailure(row.number, _failed(row)) for row in rows]


def forget(session: Session, *, before: datetime) -> int:
    """Drop the older ones; how many."""
    statement = delete(FailedRequestRecord).where(FailedRequestRecord.at < before)
    dropped: CursorResult[Any] = session.execute(statement)  # type: ignore[assignment]
    return dropped.rowcount


def _row(failed: FailedRequest) -> Mapping[str, object]:
    fault = failed.fault
    return {
        "id": failed.id,
        "at": failed.at,
        "reference": failed.reference,
        "endpoint": failed.endpoint,
        "error": failed.error,
        "client_id": failed.client_id,
        "claimed": failed.claimed,
        "cause": fault.cause,
        "details": {
            "parameter": fault.parameter,
            "sent": fault.sent,
            "registered": fault.registered,
            "differs": [str(part) for part in fault.differs],
            "seconds": fault.seconds,
            "note": failed.note,
        },
    }


def _failed(row: FailedRequestRecord) -> FailedRequest:
    details: Mapping[str, Any] = row.details
    return FailedRequest(
        id=row.id,
        at=row.at,
        reference=row.reference,
        endpoint=row.endpoint,
        error=row.error,
        client_id=None if row.client_id is None else ClientId(row.client_id),
        claimed=row.claimed,
        fault=Fault(
            cause=Cause(row.cause),
            parameter=details["parameter"],
            sent=details["sent"],
            registered=details["registered"],
            differs=tuple(Part(part) for part in details["differs"]),
            seconds=details["seconds"],
            claimed=row.claimed,
        ),
        note=details["note"],
    )
