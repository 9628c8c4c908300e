"""Noting in the audit log that a budget is used up."""

from datetime import datetime

from idp.audit.events import BudgetExceeded
from idp.audit.log import record
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
