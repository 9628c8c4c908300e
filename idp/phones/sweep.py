"""The worker's part: numbers that were never proved are forgotten."""

from idp.core.clock import Clock
from idp.db.database import Database
from idp.phones.store import forget_expired


def forget_unproved_phones(database: Database, clock: Clock) -> int:
    """Delete what nobody finished adding; how many numbers that were."""
    with database.transaction() as transaction:
        return forget_expired(transaction, clock.now())
