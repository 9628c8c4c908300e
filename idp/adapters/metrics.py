"""
What Prometheus asks for.

Web processes write what they measure into files of a folder, as its client library does for
several processes; the worker's listener reads those, and adds what it knows and looks up itself.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any, Final
from wsgiref.simple_server import WSGIServer

import redis
import structlog
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    start_http_server,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from idp.core.clock import Clock

_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
_OTHER: Final = "other"

_log = structlog.get_logger(__name__)
WsgiApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Look = Callable[[], Iterable[tuple[str, str, int]]]
"""What was counted today: measure, detail, how many."""


class MeasuredRequests:
    """
    WSGI middleware: how long answers take until they begin, by route, method and status.

    A route is a path of *paths* or *prefixes*, or the rule of a page: never what somebody made up,
    for each name is kept for ever.
    """

    def __init__(
        self,
        application: WsgiApplication,
        *,
        paths: Collection[str],
        prefixes: tuple[str, ...] = (),
        registry: CollectorRegistry | None = None,
    ) -> None:
        self._application = application
        self._paths = frozenset(paths)
        self._prefixes = prefixes
        self._seconds = Histogram(
            "idp_request_seconds",
            "Time until an answer begins",
            ("route", "method", "status"),
            buckets=_BUCKETS,
            registry=registry or CollectorRegistry(),
        )
        self._children: dict[tuple[str, str, str], Histogram] = {}

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Pass one request on, and measure it."""
        started = perf_counter()

        def start(status: str, headers: list[tuple[str, str]], *exc_info: object) -> object:
            key = (self._route(environ), _method(environ), status[:3])
            child = self._children.get(key)
            if child is None:
                child = self._children[key] = self._seconds.labels(*key)
            child.observe(perf_counter() - started)
            return start_response(status, headers, *exc_info)

        return self._application(environ, start)

    def _route(self, environ: dict[str, Any]) -> str:
        path = environ.get("PATH_INFO", "")
        if path in self._paths:
            return str(path)
        for prefix in self._prefixes:
            if path.startswith(prefix):
                return prefix
        rule = getattr(environ.get("werkzeug.request"), "url_rule", None)
        return _OTHER if rule is None else str(rule.rule)


def _method(environ: dict[str, Any]) -> str:
    method = environ["REQUEST_METHOD"]
    return method if method in _METHODS else _OTHER


class WatchedSweeps:
    """How often sweeps ran, how long that took, and when each last came to its end."""

    def __init__(self, registry: CollectorRegistry, clock: Clock) -> None:
        self._clock = clock
        self._runs = Counter(
            "idp_sweep_runs", "Sweeps that ran", ("sweep", "outcome"), registry=registry
        )
        self._seconds = Counter(
            "idp_sweep_seconds", "Time spent on sweeps", ("sweep",), registry=registry
        )
        self._ended = Gauge(
            "idp_sweep_last_success_timestamp_seconds",
            "When a sweep last came to its end",
            ("sweep",),
            registry=registry,
        )

    def watched(self, name: str, run: Callable[[], object]) -> Callable[[], object]:
        """*run*, with a note of each time."""

        def noted() -> object:
            started, outcome = perf_counter(), "failed"
            try:
                result = run()
                outcome = "done"
                self._ended.labels(name).set(self._clock.now().timestamp())
                return result
            finally:
                self._runs.labels(name, outcome).inc()
                self._seconds.labels(name).inc(perf_counter() - started)

        return noted


class State(Collector):
    """
    What is so at the moment of the question: lengths of queues, and what was counted today.

    A part that is away is left out, so that the others are still told.
    """

    def __init__(
        self,
        client: redis.Redis,
        queues: Collection[str],
        today: Look,
        outages: tuple[type[Exception], ...],
    ) -> None:
        self._redis = client
        self._queues = queues
        self._today = today
        self._outages = outages

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Nothing: the names are told with the values."""
        return ()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The values."""
        for measure in (self._lengths, self._counted):
            try:
                yield measure()
            except self._outages as error:
                _log.warning("metrics_incomplete", cause=type(error).__name__)

    def _lengths(self) -> GaugeMetricFamily:
        family = GaugeMetricFamily("idp_queue_length", "What waits", labels=["queue"])
        for queue in self._queues:
            family.add_metric([queue], int(self._redis.llen(queue)))
        return family

    def _counted(self) -> GaugeMetricFamily:
        family = GaugeMetricFamily(
            "idp_today", "What was counted since midnight in Vietnam", labels=["measure", "detail"]
        )
        for measure, detail, count in self._today():
            family.add_metric([measure, detail], count)
        return family


def listen(registry: CollectorRegistry, *, host: str, port: int, folder: Path) -> WSGIServer | None:
    """
    Answer `/metrics` at that address, in a thread, with what web processes wrote into *folder*.

    `None`: somebody listens there, another worker of this machine most likely.
    """
    disable_created_metrics()  # type: ignore[no-untyped-call]
    folder.mkdir(mode=0o700, exist_ok=True)  # the worker may be the first to start
    MultiProcessCollector(registry, path=str(folder))  # type: ignore[no-untyped-call]
    try:
        server, _thread = start_http_server(port, host, registry)
    except OSError as error:
        _log.warning("metrics_not_served", host=host, port=port, cause=error.strerror)
        return None
    return server
