"""The worker's part: what can never be used again is deleted."""

from idp.core.clock import Clock
from idp.db.database import Database
from idp.grants.refresh_families import RefreshPolicy, forget_ended


def forget_ended_families(database: Database, policy: RefreshPolicy, clock: Clock) -> int:
    """Delete the families of refresh tokens that have ended; how many that were."""
    with database.transaction() as transaction:
        return forget_ended(transaction, policy, clock.now())
