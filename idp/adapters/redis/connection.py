"""A connection for each thread, and how frozen values become JSON."""

from datetime import timedelta
from threading import local
from typing import Any, Final

import redis

_TIMEOUT: Final = 3.0
"""Seconds; a Redis that is away must become a 503 at once, not a thread that waits."""


class ThreadsOwn(redis.Redis):
    """
    A client that keeps a connection for each thread that asks.

    Its parent borrows one for each command, looks whether it still lives, and counts for metrics
    that nobody reads: three times the work of the command. Here a connection that was closed while
    it rested (Redis was started anew) is noticed by the command, which is then sent once more. If
    Redis did run it before, the second finds a thing spent, or counts twice: never the other way.
    """

    def __init__(self, pool: redis.ConnectionPool) -> None:
        super().__init__(connection_pool=pool)
        self._own = local()

    def execute_command(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401 (redis-py's own)
        """Send a command and read its answer, on this thread's connection."""
        try:
            connection = self._own.connection
        except AttributeError:  # the thread's first
            connection = self._own.connection = self.connection_pool.make_connection()
        try:
            return self._ask(connection, args, options)
        except redis.ConnectionError:
            connection.disconnect()  # the next command connects
            return self._ask(connection, args, options)

    def _ask(self, connection: Any, args: tuple[Any, ...], options: dict[str, Any]) -> Any:  # noqa: ANN401
        connection.send_command(*args)
        return self.parse_response(connection, args[0], **options)  # type: ignore[no-untyped-call]


def connect(url: str) -> ThreadsOwn:
    """A client of *url* (`redis://`, `rediss://`, `unix://`), for as many threads as come."""
    return ThreadsOwn(
        redis.ConnectionPool.from_url(
            url,
            socket_timeout=_TIMEOUT,
            socket_connect_timeout=_TIMEOUT,
        )
    )


def milliseconds(period: timedelta) -> int:
    """A lifetime as Redis takes it; never nought, which Redis would refuse."""
    return max(1, int(period.total_seconds() * 1000))
