"""The worker's part: invitations that nobody used are deleted."""

from idp.core.clock import Clock
from idp.db.database import Database
from idp.operators.store import forget_invitations


def forget_lapsed_invitations(database: Database, clock: Clock) -> int:
    """Delete the invitations whose time is over; how many those were."""
    with database.transaction() as transaction:
        return forget_invitations(transaction, clock.now())
