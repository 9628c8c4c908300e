"""A connection for each thread, and how frozen values become JSON."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import timedelta
from threading import local
from typing import Any, Final

import redis
from hiredis import pack_command
from redis.exceptions import NoScriptError

_TIMEOUT: Final = 3.0
"""Seconds; a Redis that is away must become a 503 at once, not a thread that waits."""


class ThreadsOwn(redis.Redis):
    """
    A client that keeps a connection for each thread that asks.

    Its parent borrows one for each command, looks whether it still lives, and counts for metrics
    that nobody reads: three times the work of the command. Here a connection that was closed while
    it rested (Redis was started anew) is noticed by the command, which is then sent once more. If
    Redis did run it before, the second finds a thing spent, or counts twice: never the other way.

    Threads come and go, one for each question of Prometheus: the next one gets what the last had.
    """

    def __init__(self, pool: redis.BlockingConnectionPool) -> None:
        super().__init__(connection_pool=pool)
        self._own = local()
        self._resting: list[Any] = []
        self._understand: dict[str, Callable[..., Any]] = dict(self.response_callbacks)

    def register_script(self, script: str | bytes) -> "Script":  # type: ignore[override]
        """That script, to be called with its keys and arguments."""
        return Script(self, script)

    def execute_command(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401 (redis-py's own)
        """Send a command and read its answer, on this thread's connection."""
        try:
            connection = self._own.connection
        except AttributeError:  # the thread's first
            connection = self._take()
        command = [pack_command((*args[0].encode().split(), *args[1:]))]  # such as SCRIPT LOAD
        try:
            answer = _answer(connection, command)
        except redis.ConnectionError:
            answer = _answer(connection, command)
        understand = self._understand.get(args[0])
        if understand is None:
            return answer
        options.pop("keys", None)  # for a cache we do not have
        return understand(answer, **options)

    def _take(self) -> Any:  # noqa: ANN401 (redis-py's own)
        """A connection for this thread, until it ends."""
        try:
            connection = self._resting.pop()
        except IndexError:
            connection = self.connection_pool.make_connection()
        self._own.lent = _Lent(connection, self._resting)
        self._own.connection = connection
        return connection


class _Lent:
    """What a thread alone refers to: its end puts *connection* among those *resting*."""

    def __init__(self, connection: Any, resting: list[Any]) -> None:  # noqa: ANN401 (redis-py's)
        self._connection = connection
        self._resting = resting

    def __del__(self) -> None:
        self._resting.append(self._connection)


def _answer(connection: Any, command: Sequence[bytes]) -> Any:  # noqa: ANN401 (redis-py's own)
    """
    The answer to *command*; where there is none, the next command connects anew.

    Else the answer to a command that somebody was torn from (dramatiq ends a job that takes too
    long by an exception from outside) would be taken for that of the next: another one's session.
    """
    try:
        connection.send_packed_command(command)
        return connection.read_response()
    except redis.ResponseError:  # an answer, too
        raise
    except BaseException:
        connection.disconnect()
        raise


class Script:
    """A script of ours; redis-py's own does as much again around the one command."""

    def __init__(self, client: ThreadsOwn, text: str | bytes) -> None:
        self._client = client
        self._text = text.encode() if isinstance(text, str) else text
        self._name = hashlib.sha1(self._text, usedforsecurity=False).hexdigest()

    def __call__(
        self, keys: Sequence[Any] = (), args: Sequence[Any] = (), client: ThreadsOwn | None = None
    ) -> Any:  # noqa: ANN401 (the script's)
        """Run it; Redis is told what it says where it does not know. A lock names its *client*."""
        client = client or self._client
        command = ("EVALSHA", self._name, len(keys), *keys, *args)
        try:
            return client.execute_command(*command)
        except NoScriptError:
            client.execute_command("SCRIPT LOAD", self._text)
            return client.execute_command(*command)


def connect(url: str, *, timeout: float = _TIMEOUT) -> ThreadsOwn:
    """
    A client of *url* (`redis://`, `rediss://`, `unix://`), for as many threads as come.

    *timeout* in seconds, for connecting and for an answer. Disconnecting its pool ends it.
    """
    return ThreadsOwn(
        redis.BlockingConnectionPool.from_url(
            url, socket_timeout=timeout, socket_connect_timeout=timeout
        )
    )


def milliseconds(period: timedelta) -> int:
    """A lifetime as Redis takes it; never nought, which Redis would refuse."""
    return max(1, int(period.total_seconds() * 1000))
