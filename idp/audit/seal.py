"""Sealing what was written, closing the days, and dropping what is old enough."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.exc import IntegrityError

from idp.audit import store
from idp.audit.roots import RootsFile
from idp.audit.rules import LATEST, Link, day_to_close, last_day_to_drop, link
from idp.core.clock import Clock
from idp.core.vietnam import day_of, end_of
from idp.db.database import Database

SEALED_EVERY: Final = timedelta(minutes=1)
_BATCH: Final = 1000
_BATCHES: Final = 60
"""In one run; a worker that is told to end waits for the run under way."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class LogPolicy:
    """*waits*: how old an event is when it is sealed; *kept*: how old when it may be dropped."""

    waits: timedelta
    kept: timedelta


class SealLog:
    """
    Seals events in batches, in a transaction each.

    One worker does that at a time. Should two believe so, the positions of the chain are unique:
    the slower one's batch comes to nothing. Where it stops, the next run goes on.
    """

    def __init__(
        self, *, database: Database, published: RootsFile, policy: LogPolicy, clock: Clock
    ) -> None:
        self._database = database
        self._published = published
        self._policy = policy
        self._clock = clock

    def __call__(self) -> int:
        """Seal what waited long enough, and close the day that is over; how many were sealed."""
        now = self._clock.now()
        sealed, batches = 0, 0
        try:
            while (count := self._seal_batch(now)) > 0:
                sealed, batches = sealed + count, batches + 1
                if count < _BATCH or batches == _BATCHES:
                    break
            if batches < _BATCHES:  # else there is more, perhaps of that day
                self._close_day(now)
        except IntegrityError:
            _log.info("audit.sealed_by_another")
        self._publish()
        return sealed

    def drop_old(self) -> int:
        """Drop what has been kept long enough, up to the end of a day; how many events."""
        now, dropped = self._clock.now(), 0
        with self._database.transaction() as transaction:
            root = store.mark_dropped(
                transaction, last_day_to_drop(now, self._policy.kept), self._clock.now()
            )
        while root is not None:
            with self._database.transaction() as transaction:
                count = store.drop(transaction, root.link.position, at_most=_BATCH)
            dropped += count
            if count < _BATCH:
                break
        return dropped

    def _seal_batch(self, now: datetime) -> int:
        with self._database.transaction() as transaction:
            end, latest = store.head(transaction)
            events = store.unsealed(
                transaction,
                since=None if latest is None else latest - LATEST,
                until=now - self._policy.waits,
                at_most=_BATCH,
            )
            if not events:
                return 0
            seals: list[tuple[Link, int]] = []
            for event in events:
                end = link(end, event)
                seals.append((end, event.id))
            store.add_seals(transaction, seals)
        return len(seals)

    def _close_day(self, now: datetime) -> None:
        """Close the last day on which something happened, however long nobody sealed."""
        day = day_to_close(now)
        with self._database.transaction() as transaction:
            last = store.last_root(transaction)
            if last is not None and last.day >= day:
                return
            since = None if last is None else end_of(last.day)
            sealed = store.last_sealed(transaction, since=since, before=end_of(day))
            if sealed is None:
                return
            end, at = sealed
            # An event of the first moments of a day may be covered by the root of the day before.
            if last is None or end.position > last.link.position:
                store.close_day(transaction, day_of(at), end)

    def _publish(self) -> None:
        """Write what the file has not: another worker may have closed the days before."""
        published = self._published.read()
        with self._database.reading() as reading:
            new = store.roots(reading, after=published[-1].day if published else None)
        self._published.append(new)
