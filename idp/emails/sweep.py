"""The worker's part: links that nobody opened are forgotten."""

from idp.core.clock import Clock
from idp.db.database import Database
from idp.emails.store import forget_expired


def forget_expired_links(database: Database, clock: Clock) -> int:
    """Delete the questions that have expired; how many that were."""
    with database.transaction() as transaction:
        return forget_expired(transaction, clock.now())
