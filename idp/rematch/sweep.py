"""The worker's part: a little of the night's work at a time, the carriers in turn."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Final

import structlog

from idp.core.clock import Clock
from idp.db.database import Database
from idp.rematch import store
from idp.rematch.rematch_phone import RematchPhone
from idp.rematch.rules import Finding, is_night
from idp.throttling.ports import Budget, BudgetSpent, Throttle

RUN_EVERY: Final = timedelta(seconds=30)
_RUN_FOR: Final = timedelta(seconds=20)
"""A worker that is told to end waits for the sweep under way."""
_BATCH: Final = 100
_SILENT_IN_A_ROW: Final = 3
"""After so many, a carrier is left alone until the next run: it is away, not one number."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class NightWork:
    """
    When carriers are asked, and how often each may be.

    *begins* and *ends* are hours in Vietnam. *quotas* are budgets by the carrier's name: of
    citizens, each of whom takes two to four calls.
    """

    begins: time
    ends: time
    rematch_after: timedelta
    quotas: Mapping[str, Budget]


class RematchSweep:
    """
    Asks about those whose turn it is, the oldest first, within each carrier's quota.

    Where it stops, the next run goes on: whose turn it is stands in the rows. A quota is counted
    where all processes count, so that two leaders ask no more than one.
    """

    def __init__(
        self,
        *,
        rematch: RematchPhone,
        work: NightWork,
        throttle: Throttle,
        database: Database,
        clock: Clock,
    ) -> None:
        self._rematch = rematch
        self._work = work
        self._throttle = throttle
        self._database = database
        self._clock = clock

    def __call__(self) -> Counter[str]:
        """Do a share; how many of each finding there were."""
        began = self._clock.now()
        found = {carrier: Counter[str]() for carrier in self._work.quotas}
        turns = {carrier: self._ask(carrier, quota) for carrier, quota in self._work.quotas.items()}
        if not is_night(began, self._work.begins, self._work.ends):
            turns.clear()
        while turns and self._clock.now() - began < _RUN_FOR:
            for carrier, findings in tuple(turns.items()):
                finding = next(findings, None)
                if finding is None:
                    del turns[carrier]
                else:
                    found[carrier][finding] += 1
        for carrier, counted in found.items():
            if counted:
                _log.info("rematch.asked", carrier=carrier, **counted)
        return sum(found.values(), Counter[str]())

    def _ask(self, carrier: str, quota: Budget) -> Iterator[Finding]:
        silent = 0
        for phone_id in self._due(carrier):
            try:
                self._throttle.count(quota)
            except BudgetSpent:
                return
            finding = self._rematch(phone_id)
            if finding is not None:
                yield finding
            silent = silent + 1 if finding is Finding.SILENT else 0
            if silent == _SILENT_IN_A_ROW:
                return

    def _due(self, carrier: str) -> Iterator[int]:
        """Batch by batch: what was asked about is not due any more."""
        while True:
            now = self._clock.now()
            with self._database.reading() as reading:
                batch = store.due(
                    reading,
                    carrier,
                    verified_before=now - self._work.rematch_after,
                    now=now,
                    at_most=_BATCH,
                )
            yield from batch
            if len(batch) < _BATCH:
                return
