"""Moving counts into the database, and forgetting them in time."""

from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy.exc import IntegrityError

from idp.core.clock import Clock
from idp.core.vietnam import day_of
from idp.db.database import Database
from idp.statistics import store
from idp.statistics.ports import CountedApart, Counts
from idp.statistics.rules import rows_of

KEPT_EVERY: Final = timedelta(seconds=15)
_HOURS_KEPT: Final = timedelta(days=2)
_BATCHES_KNOWN: Final = timedelta(days=1)

_log = structlog.get_logger(__name__)


class KeepCounts:
    """
    Adds what was counted to the numbers at rest.

    A batch is forgotten after it is committed, and known by its id: after a crash, or with two
    workers at it, it is in the numbers once.
    """

    def __init__(
        self,
        *,
        counts: Counts,
        apart: CountedApart,
        database: Database,
        kept: timedelta,
        clock: Clock,
    ) -> None:
        self._counts = counts
        self._apart = apart
        self._database = database
        self._kept = kept
        self._clock = clock

    def __call__(self) -> bool:
        """Move what was counted; whether there was anything."""
        batch = self._counts.take()
        if batch is None:
            return False
        apart = self._apart({count.client_id for count in batch.counts})
        try:
            with self._database.transaction() as transaction:
                if store.take_batch(transaction, batch.id, self._clock.now()):
                    store.add(transaction, rows_of(batch.counts, apart=apart))
        except IntegrityError:
            _log.info("statistics.kept_by_another")
        self._counts.forget(batch)
        return True

    def forget_old(self) -> int:
        """Drop what was kept long enough; how many counts."""
        now = self._clock.now()
        with self._database.transaction() as transaction:
            return store.forget(
                transaction,
                hours_before=day_of(now - _HOURS_KEPT),
                days_before=day_of(now - self._kept),
                before=now - _BATCHES_KNOWN,
            )
