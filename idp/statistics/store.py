"""Queries on counts at rest; none of them commits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from idp.statistics.model import WHOLE_DAY, Measure, StatisticBatch, StatisticRecord
from idp.statistics.rules import Row

_ADDED_AT_ONCE = 500
"""Rows in one statement: SQLite takes 32,766 values."""


@dataclass(frozen=True, slots=True)
class CountRow:
    """So many of one measure and detail, in an hour of a day or in the whole of it."""

    day: date
    hour: int
    measure: Measure
    detail: str
    count: int


def take_batch(session: Session, batch_id: str, at: datetime) -> bool:
    """Note that a batch is added; false where that was noted before."""
    if session.get(StatisticBatch, batch_id) is not None:
        return False
    session.add(StatisticBatch(id=batch_id, at=at))
    session.flush()  # of two workers with the same batch one fails here
    return True


def add(session: Session, rows: Mapping[Row, int]) -> None:
    """Add to the counts."""
    # Two workers that add to the same rows take them in the same order.
    values = [
        dict(zip(("client_id", "hour", "day", "measure", "detail"), row, strict=True))
        | {"count": rows[row]}
        for row in sorted(rows)
    ]
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert if is_sqlite else postgresql.insert
    for first in range(0, len(values), _ADDED_AT_ONCE):
        statement: Any = insert(StatisticRecord).values(values[first : first + _ADDED_AT_ONCE])
        session.execute(
            statement.on_conflict_do_update(
                index_elements=list(StatisticRecord.__table__.primary_key),
                set_={"count": StatisticRecord.count + statement.excluded.count},
            )
        )


def of_days(session: Session, client_id: str, first: date, last: date) -> Sequence[CountRow]:
    """The counts of whole days; one question."""
    return _counts(session, client_id, first, last, hourly=False)


def of_hours(session: Session, client_id: str, day: date) -> Sequence[CountRow]:
    """The counts of the hours of a day; one question."""
    return _counts(session, client_id, day, day, hourly=True)


def _counts(
    session: Session, client_id: str, first: date, last: date, *, hourly: bool
) -> Sequence[CountRow]:
    record = StatisticRecord
    hours = record.hour > WHOLE_DAY if hourly else record.hour == WHOLE_DAY
    rows = session.execute(
        select(record.day, record.hour, record.measure, record.detail, record.count).where(
            record.client_id == client_id, hours, record.day >= first, record.day <= last
        )
    )
    return [CountRow(row[0], row[1], Measure(row[2]), row[3], row[4]) for row in rows]


def forget(session: Session, *, hours_before: date, days_before: date, before: datetime) -> int:
    """Drop hours, days and notes of batches that are older; how many counts."""
    old_hours = (StatisticRecord.day < hours_before) & (StatisticRecord.hour > WHOLE_DAY)
    old = delete(StatisticRecord).where(old_hours | (StatisticRecord.day < days_before))
    dropped: CursorResult[Any] = session.execute(old)  # type: ignore[assignment]
    session.execute(delete(StatisticBatch).where(StatisticBatch.at < before))
    return dropped.rowcount
