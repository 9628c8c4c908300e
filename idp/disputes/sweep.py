"""The worker's part: what was kept long enough is deleted; no decision stays half done."""

from idp.citizens.store import forget_reservations
from idp.core.clock import Clock
from idp.db.database import Database
from idp.disputes.decide_dispute import EndDisputed
from idp.disputes.store import forget_expired


def forget_old_complaints(database: Database, clock: Clock) -> int:
    """Delete complaints nobody sent, and free numbers nobody came for; how many those were."""
    now = clock.now()
    with database.transaction() as transaction:
        return forget_expired(transaction, now) + forget_reservations(transaction, now)


def end_what_is_left(end: EndDisputed) -> int:
    """End what a decision could not end at once: Redis may have been away. How many those were."""
    return end.what_is_left()
