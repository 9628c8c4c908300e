"""
The web server: granian in front of the WSGI application.

Every worker process builds its own application, so that no connection is shared across a fork.
"""

import ctypes
import gc
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from wsgiref.types import WSGIApplication

from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server as Granian

from idp.processes.lifeline import die_with_parent
from idp.settings import Settings

BACKLOG = 1024  # connections that may wait for us; a proxy in front holds more
SLOW_HEADERS_MS = 10_000  # a client that dribbles its headers holds a connection, no thread
HEADERS_BYTES = 64 * 1024  # of a request's line and headers together
SECONDS_TO_FINISH = 10  # for requests in progress when the service ends

M_ARENA_MAX = -8  # mallopt(3): into how many heaps the threads of a process may spread
ARENAS = 2  # of ours, one runs at a time: eight heaps would hold the same rests eight times

# granian's messages go where ours go; requests are logged by the application, once.
LOGGING: dict[str, Any] = {
    "handlers": {},
    "formatters": {},
    "loggers": {"_granian": {"propagate": True}},
}


def serve(settings: Settings, build: Callable[[], WSGIApplication]) -> None:
    """
    Serve the application that *build* returns, until SIGTERM or SIGINT.

    *build* is called once in each worker process. A worker that dies is replaced; one that dies
    again within seconds ends the service, with exit code 1 (the service manager's turn).
    """
    master = os.getpid()

    def load(_target: str) -> WSGIApplication:
        die_with_parent(master)
        _keep_heaps_together()
        application = build()
        gc.collect()
        gc.freeze()  # it stays for good: no collection has to go through it
        return application

    gc.freeze()  # what is loaded by now stays shared between the workers (copy on write)
    Granian(
        "idp",
        address=settings.server.host,
        port=settings.server.port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=SLOW_HEADERS_MS, max_buffer_size=HEADERS_BYTES
        ),
        workers=settings.server.workers,
        blocking_threads=settings.server.threads,
        backlog=BACKLOG,
        respawn_failed_workers=True,
        workers_kill_timeout=SECONDS_TO_FINISH,
        log_level=LogLevels.error,  # its warnings judge the number of threads: ours is measured
        log_dictconfig=LOGGING,
        log_access=False,
        ssl_cert=settings.tls.certificate,
        ssl_key=settings.tls.key,
        ssl_protocol_min=SSLProtocols.tls12,  # phones of 2015 still reach the service
        websockets=False,
    ).serve(target_loader=load)


def gather_metrics(folder: Path) -> None:
    """
    Have what web processes measure written into *folder*, emptied of what earlier ones wrote.

    To be called before the library that writes is imported: it looks once.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    for old in folder.glob("*.db"):
        old.unlink()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def _keep_heaps_together() -> None:
    """Limit the heaps of this process, before it has threads; only the GNU C library spreads."""
    tune = getattr(ctypes.CDLL(None), "mallopt", None)
    if tune is not None:
        tune(M_ARENA_MAX, ARENAS)
