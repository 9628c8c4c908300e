"""What a worker tells of itself and its machine, where `[metrics]` says that somebody asks."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

import redis
from prometheus_client import CollectorRegistry
from sqlalchemy.exc import SQLAlchemyError

from idp.adapters.metrics import State, WatchedSweeps, listen
from idp.app.parts import Parts
from idp.core.vietnam import day_of
from idp.processes.worker import Sweep
from idp.statistics import store
from idp.statistics.model import EVERYBODY

_OUTAGES: Final = (redis.RedisError, SQLAlchemyError)
_QUEUES: Final = ("jobs:default", "jobs:default.DQ", "failed_requests")


def watch(parts: Parts, sweeps: Iterable[Sweep]) -> Sequence[Sweep]:
    """The sweeps, watched; `/metrics` is answered from now on."""
    registry = CollectorRegistry()
    watched = WatchedSweeps(registry, parts.clock)
    registry.register(State(parts.redis, _QUEUES, lambda: _today(parts), _OUTAGES))
    metrics = parts.settings.metrics
    listen(registry, host=metrics.host, port=metrics.port, folder=parts.settings.metrics_folder)
    return [replace(sweep, run=watched.watched(sweep.name, sweep.run)) for sweep in sweeps]


def _today(parts: Parts) -> Iterable[tuple[str, str, int]]:
    today = day_of(parts.clock.now())
    with parts.database.reading() as reading:
        rows = store.of_days(reading, EVERYBODY, today, today)
    return [(row.measure, row.detail, row.count) for row in rows]
