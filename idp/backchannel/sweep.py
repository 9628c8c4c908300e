"""What the outbox needs every minute."""

from datetime import timedelta
from typing import Final

import structlog

from idp.backchannel import store
from idp.backchannel.ports import LogoutWakes
from idp.core.clock import Clock
from idp.db.database import Database

SWEPT_EVERY: Final = timedelta(minutes=1)
KEPT: Final = timedelta(days=30)
"""How long an operator can look back; the audit log keeps the end of each delivery for years."""
_MOST: Final = 1000  # a round; the rest is due in the next

log = structlog.get_logger(__name__)


def wake_due_logouts(database: Database, wakes: LogoutWakes, clock: Clock) -> int:
    """
    Wake the worker for every delivery whose time has come; how many there were.

    Sends what a queue that lost its memory forgot, and what is to be tried again. Waking twice
    does no harm.
    """
    with database.reading() as reading:
        due = store.due(reading, clock.now(), limit=_MOST)
    for delivery in due:
        wakes.wake(delivery)
    if len(due) == _MOST:
        log.warning("logout.backlog", at_least=_MOST)
    return len(due)


def forget_old_logouts(database: Database, clock: Clock) -> None:
    """Drop the rows of deliveries that ended long ago."""
    with database.transaction() as transaction:
        store.forget(transaction, clock.now() - KEPT)
