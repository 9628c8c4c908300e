"""The worker's part: visits that are over are deleted."""

from datetime import timedelta
from typing import Final

from idp.core.clock import Clock
from idp.counter_visits.store import forget_expired
from idp.db.database import Database

KEPT: Final = timedelta(days=30)  # while somebody may still ask what became of a code


def forget_ended_visits(database: Database, clock: Clock) -> int:
    """Delete the visits whose time was over long ago; how many that were."""
    with database.transaction() as transaction:
        return forget_expired(transaction, clock.now() - KEPT)
