"""Going through the log from the oldest kept root on, to the first row that is not as it was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from idp.audit import store
from idp.audit.roots import DayRoot
from idp.audit.rules import (
    LATEST,
    START,
    Flaw,
    Link,
    StoredEvent,
    comes_too_late,
    last_day_to_drop,
    link,
)
from idp.core.clock import Clock
from idp.db.database import Database

_BATCH: Final = 2000


@dataclass(frozen=True, slots=True)
class WholeLog:
    """Nothing was changed: *events* are sealed, from *first* to *last*; *unsealed* still wait."""

    events: int
    first: datetime | None
    last: datetime | None
    unsealed: int
    roots: int


@dataclass(frozen=True, slots=True)
class BrokenLog:
    """
    The first thing that is not as it was.

    *event_id* is the row of the event, *position* its place in the chain, *day* that of a root:
    each where it is known.
    """

    flaw: Flaw
    event_id: int | None = None
    position: int | None = None
    day: str | None = None


class _Broken(Exception):
    def __init__(self, found: BrokenLog) -> None:
        super().__init__()
        self.found = found


class VerifyLog:
    """Computes the chain again, and compares it with the seals and with the published roots."""

    def __init__(self, *, database: Database, kept: timedelta, clock: Clock) -> None:
        self._database = database
        self._kept = kept
        self._clock = clock

    def __call__(self, published: Sequence[DayRoot]) -> WholeLog | BrokenLog:
        """What was found; the rows go by in batches, whatever their number."""
        with self._database.reading() as reading:
            try:
                return self._verified(reading, published)
            except _Broken as broken:
                return broken.found

    def _verified(self, reading: Session, published: Sequence[DayRoot]) -> WholeLog:
        known = {root.day: root for root in store.roots(reading)}
        for root in published:
            if root.day not in known:
                raise _Broken(BrokenLog(Flaw.ROOT_MISSING, day=root.day.isoformat()))
        start = self._start(reading)
        expected = _by_position([*known.values(), *published], after=start)
        walk = _Walk(start, expected)
        for stored, event_id, event in store.chain(reading, after=start.position, batch=_BATCH):
            walk.step(stored, event_id, event)
        walk.end()
        if walk.latest is not None:
            inserted = store.first_unsealed(reading, walk.latest - LATEST)
            if inserted is not None:
                raise _Broken(BrokenLog(Flaw.INSERTED, event_id=inserted.id))
        return WholeLog(
            events=walk.events,
            first=walk.first,
            last=walk.latest,
            unsealed=store.count_unsealed(reading),
            roots=len(published),
        )

    def _start(self, reading: Session) -> Link:
        dropped = store.last_dropped(reading)
        if dropped is None:
            return START
        if dropped.day > last_day_to_drop(self._clock.now(), self._kept):
            raise _Broken(BrokenLog(Flaw.DROPPED_EARLY, day=dropped.day.isoformat()))
        return dropped.link


class _Walk:
    """How far the chain was followed."""

    def __init__(self, start: Link, roots: Mapping[int, Sequence[DayRoot]]) -> None:
        self._at = start
        self._roots = roots
        self.events = 0
        self.first: datetime | None = None
        self.latest: datetime | None = None
        self._compare(start)

    def step(self, stored: Link, event_id: int, event: StoredEvent | None) -> None:
        """Follow one link. Raises `_Broken`."""
        position = self._at.position + 1
        if stored.position != position:
            raise _Broken(BrokenLog(Flaw.UNSEALED, position=position))
        if event is None:
            raise _Broken(BrokenLog(Flaw.REMOVED, event_id, position))
        if link(self._at, event) != stored:
            raise _Broken(BrokenLog(Flaw.CHANGED, event_id, position))
        if self.latest is not None and comes_too_late(event.at, self.latest):
            raise _Broken(BrokenLog(Flaw.INSERTED, event_id, position))
        self._compare(stored)
        self._at = stored
        self.events += 1
        self.first = event.at if self.first is None else min(self.first, event.at)
        self.latest = event.at if self.latest is None else max(self.latest, event.at)

    def end(self) -> None:
        """Look whether a root stands behind the end. Raises `_Broken`."""
        beyond = [position for position in self._roots if position > self._at.position]
        if beyond:
            root = self._roots[min(beyond)][0]
            flaw = BrokenLog(Flaw.CUT_OFF, position=self._at.position + 1, day=root.day.isoformat())
            raise _Broken(flaw)

    def _compare(self, here: Link) -> None:
        for root in self._roots.get(here.position, ()):
            if root.link.hash != here.hash:
                raise _Broken(
                    BrokenLog(Flaw.ROOT_DIFFERS, position=here.position, day=root.day.isoformat())
                )


def _by_position(roots: Sequence[DayRoot], *, after: Link) -> Mapping[int, list[DayRoot]]:
    """The roots by where they stand; those before the kept part cannot be looked at any more."""
    found: dict[int, list[DayRoot]] = {}
    for root in roots:
        if root.link.position >= after.position:
            found.setdefault(root.link.position, []).append(root)
    return found
