"""Noting in the audit log that a budget is used up."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from idp.audit.events import BudgetExceeded
from idp.audit.log import record
from idp.core.clock import Clock
from idp.db.database import Database
from idp.throttling.ports import BudgetSpent


def note_exceeded(
    spent: BudgetSpent,
    database: Database,
    at: datetime,
    *,
    citizen_id: str | None = None,
    client_id: str | None = None,
) -> None:
    """Note it once a window, in a transaction of its own: nothing else comes of a refusal."""
    if spent.first:
        event = BudgetExceeded(citizen_id=citizen_id, client_id=client_id, budget=spent.budget)
        with database.transaction() as transaction:
            record(transaction, event, at)


@contextmanager
def noting_exceeded(
    database: Database,
    clock: Clock,
    *,
    citizen_id: str | None = None,
    client_id: str | None = None,
) -> Iterator[None]:
    """Count within this: where a budget is used up, it is noted, and `BudgetSpent` goes on."""
    try:
        yield
    except BudgetSpent as spent:
        note_exceeded(spent, database, clock.now(), citizen_id=citizen_id, client_id=client_id)
        raise
