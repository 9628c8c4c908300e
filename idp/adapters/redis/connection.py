"""One pool of connections for a process, and how frozen values become JSON."""

from datetime import timedelta
from typing import Any, Final

import redis

_TIMEOUT: Final = 3.0
"""Seconds; a Redis that is away must become a 503 at once, not a thread that waits."""


def connect(url: str, *, connections: int) -> redis.Redis:
    """A client of *url* (`redis://`, `rediss://`, `unix://`) with at most that many connections."""
    pool: Any = redis.BlockingConnectionPool.from_url(
        url,
        max_connections=connections,
        timeout=_TIMEOUT,
        socket_timeout=_TIMEOUT,
        socket_connect_timeout=_TIMEOUT,
    )
    return redis.Redis(connection_pool=pool)


def milliseconds(period: timedelta) -> int:
    """A lifetime as Redis takes it; never nought, which Redis would refuse."""
    return max(1, int(period.total_seconds() * 1000))
