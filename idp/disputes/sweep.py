"""The worker's part: what was kept long enough is deleted; no decision stays half done."""

from datetime import timedelta

from idp.citizens.number_store import forget_reservations
from idp.core.clock import Clock
from idp.db.database import Database
from idp.disputes.decide_dispute import EndDisputed
from idp.disputes.store import forget_expired, forget_resolved


def forget_old_complaints(database: Database, clock: Clock, *, resolved_kept: timedelta) -> int:
    """
    Delete complaints nobody sent and cases decided *resolved_kept* ago; free numbers nobody came
    for. How many those were.
    """
    now = clock.now()
    with database.transaction() as transaction:
        return (
            forget_expired(transaction, now)
            + forget_resolved(transaction, now - resolved_kept)
            + forget_reservations(transaction, now)
        )


def end_what_is_left(end: EndDisputed) -> int:
    """End what a decision could not end at once: Redis may have been away. How many those were."""
    return end.what_is_left()
