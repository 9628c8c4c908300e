"""The worker's part: links that have expired are forgotten."""

from idp.core.clock import Clock
from idp.db.database import Database
from idp.unrecognised.store import forget_expired


def forget_expired_notice_links(database: Database, clock: Clock) -> int:
    """Delete the links of old notices; how many those were."""
    with database.transaction() as transaction:
        return forget_expired(transaction, clock.now())
