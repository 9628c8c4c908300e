"""Beginning a case: the next request of this browser for the run's relying party is its own."""

from idp.core.clock import Clock
from idp.core.handles import Handle, digest, new_handle
from idp.db.database import Database
from idp.integration_tests import store
from idp.integration_tests.model import AttemptId, CaseName, Run


class BeginCase:
    """Begins attempts."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def __call__(self, run: Run, case: CaseName, *, browser: Handle | None) -> Handle:
        """
        What the browser has to send; the one it has already, where it has one.

        One case waits at a time: whatever else waited in this browser waits no more.
        """
        handle = browser or new_handle()
        with self._database.transaction() as transaction:
            store.add_attempt(
                transaction,
                AttemptId(new_handle()),
                run,
                case,
                browser=digest(handle),
                at=self._clock.now(),
            )
        return handle
