"""The worker's part: attempts are forgotten after a day; runs and their results stay."""

from idp.core.clock import Clock
from idp.db.database import Database
from idp.integration_tests.rules import RUN_LASTS
from idp.integration_tests.store import forget_attempts


def forget_old_attempts(database: Database, clock: Clock) -> int:
    """Delete attempts of runs that have ended; how many those were."""
    with database.transaction() as transaction:
        return forget_attempts(transaction, clock.now() - RUN_LASTS)
