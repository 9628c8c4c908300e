"""The worker's part: what was kept long enough is deleted."""

from idp.core.clock import Clock
from idp.db.database import Database
from idp.enrolment.store import forget_expired


def forget_expired_enrolments(database: Database, clock: Clock) -> int:
    """Delete the pending enrolments that have expired; how many that were."""
    with database.transaction() as transaction:
        return forget_expired(transaction, clock.now())
