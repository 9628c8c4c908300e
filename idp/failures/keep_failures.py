"""Keeping what was noted, and forgetting it in time."""

from datetime import timedelta
from typing import Final

from idp.core.clock import Clock
from idp.db.database import Database
from idp.failures import store
from idp.failures.ports import WaitingFailures

KEPT_EVERY: Final = timedelta(seconds=5)
_BATCH: Final = 500
_BATCHES: Final = 20
"""In one run; a worker that is told to end waits for the run under way."""


class KeepFailures:
    """
    Moves failed requests from the queue into the database.

    A batch is taken out of the queue after it is committed: one that is met twice, after a crash or
    by two workers, is kept once, and takes no others out, for each has an id.
    """

    def __init__(
        self, *, waiting: WaitingFailures, database: Database, kept: timedelta, clock: Clock
    ) -> None:
        self._waiting = waiting
        self._database = database
        self._kept = kept
        self._clock = clock

    def __call__(self) -> int:
        """Keep what waits; how many those were."""
        moved = 0
        for _ in range(_BATCHES):
            batch = self._waiting.first(_BATCH)
            if not batch:
                break
            with self._database.transaction() as transaction:
                store.add(transaction, batch)
            self._waiting.forget(batch)
            moved += len(batch)
        return moved

    def forget_old(self) -> int:
        """Forget what was kept long enough; how many those were."""
        with self._database.transaction() as transaction:
            return store.forget(transaction, before=self._clock.now() - self._kept)
