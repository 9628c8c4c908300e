"""Giving a citizen a code for the counter."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.exc import IntegrityError

from idp.audit.events import CounterVisitAsked
from idp.audit.log import record
from idp.citizens.holds import ensure_changeable
from idp.citizens.model import CitizenId
from idp.core.clock import Clock
from idp.core.handles import new_uuid
from idp.counter_visits import store
from idp.counter_visits.codes import VisitCodes, in_groups
from idp.counter_visits.model import CounterVisit, VisitId
from idp.db.database import Database

_TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class ExpectedVisit:
    """A visit the citizen can make: the code in groups, and its end."""

    code: str
    expires_at: datetime


class OpenVisit:
    """Gives out codes: one open for each citizen, so that no second one has to be guarded."""

    def __init__(
        self, *, database: Database, codes: VisitCodes, lifetime: timedelta, clock: Clock
    ) -> None:
        self._database = database
        self._codes = codes
        self._lifetime = lifetime
        self._clock = clock

    def expected(self, citizen_id: CitizenId) -> ExpectedVisit | None:
        """The visit that is open."""
        with self._database.reading() as reading:
            visit = store.open_visit_of(reading, citizen_id, self._clock.now())
        return None if visit is None else self._shown(visit)

    def __call__(self, citizen_id: CitizenId) -> ExpectedVisit:
        """The visit that is open, else a new one. Raises `ChangesBarred`."""
        for _ in range(_TRIES - 1):
            try:
                return self._open(citizen_id)
            except IntegrityError:  # another tab was faster, or two ids have one code
                continue
        return self._open(citizen_id)

    def _open(self, citizen_id: CitizenId) -> ExpectedVisit:
        now = self._clock.now()
        with self._database.transaction() as transaction:
            ensure_changeable(transaction, citizen_id)
            standing = store.open_visit_of(transaction, citizen_id, now)
            if standing is not None:
                return self._shown(standing)
            store.close_expired_of(transaction, citizen_id, now)
            visit_id = VisitId(new_uuid())
            visit = CounterVisit(
                id=visit_id,
                citizen_id=citizen_id,
                code_index=self._codes.index(self._codes.code(visit_id)),
                asked_at=now,
                expires_at=now + self._lifetime,
            )
            transaction.add(visit)
            transaction.flush()
            event = CounterVisitAsked(citizen_id=citizen_id, visit_id=visit_id)
            record(transaction, event, now)
            return self._shown(visit)

    def _shown(self, visit: CounterVisit) -> ExpectedVisit:
        return ExpectedVisit(in_groups(self._codes.code(visit.id)), visit.expires_at)
