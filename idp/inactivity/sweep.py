"""The worker's part: a few at a time, while people are awake."""

from collections import Counter
from datetime import timedelta
from typing import Final

import structlog

from idp.core.clock import Clock
from idp.db.database import Database
from idp.inactivity import store
from idp.inactivity.rules import InactivityPolicy, is_time_to_write
from idp.inactivity.warn_or_lock import WarnOrLock

RUN_EVERY: Final = timedelta(minutes=5)
_RUN_FOR: Final = timedelta(seconds=20)
"""A worker that is told to end waits for the sweep under way."""
_BATCH: Final = 200

_log = structlog.get_logger(__name__)


class InactivitySweep:
    """Goes through those whose turn it is; where it stops, the next run goes on."""

    def __init__(
        self,
        *,
        warn_or_lock: WarnOrLock,
        policy: InactivityPolicy,
        database: Database,
        clock: Clock,
    ) -> None:
        self._warn_or_lock = warn_or_lock
        self._policy = policy
        self._database = database
        self._clock = clock

    def __call__(self) -> Counter[str]:
        """Do a share; how much of each was done."""
        began, done = self._clock.now(), Counter[str]()
        while is_time_to_write(began, self._policy) and self._clock.now() - began < _RUN_FOR:
            with self._database.reading() as reading:
                batch = store.inactive(
                    reading,
                    before=began - self._policy.after,
                    told_after=began - self._policy.notice_every,
                    at_most=_BATCH,
                )
            for citizen_id in batch:
                what = self._warn_or_lock(citizen_id)
                if what is not None:
                    done[what] += 1
            if len(batch) < _BATCH:
                break
        if done:
            _log.info("inactivity.swept", **done)
        return done
