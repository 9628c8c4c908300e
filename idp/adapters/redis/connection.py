"""A connection for each thread, and how frozen values become JSON."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import timedelta
from socket import socket
from threading import local
from typing import Any, Final

import redis
from hiredis import Reader, pack_command
from redis.exceptions import BusyLoadingError, NoScriptError

_TIMEOUT: Final = 3.0
"""Seconds; a Redis that is away must become a 503 at once, not a thread that waits."""
_AT_ONCE: Final = 16_384  # bytes
_UNFINISHED: Final = object()
_REFUSALS: Final = {"NOSCRIPT": NoScriptError, "LOADING": BusyLoadingError}
"""What is more than a refusal, by its first word; the latter counts as being away."""


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
        self._resting: list[_Line] = []
        self._understand: dict[str, Callable[..., Any]] = dict(self.response_callbacks)

    def register_script(self, script: str | bytes) -> "Script":  # type: ignore[override]
        """That script, to be called with its keys and arguments."""
        return Script(self, script)

    def execute_command(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401 (redis-py's own)
        """Send a command and read its answer, on this thread's connection."""
        try:
            line: _Line = self._own.line
        except AttributeError:  # the thread's first
            line = self._take()
        if " " in args[0]:  # such as SCRIPT LOAD
            command = pack_command((*args[0].split(), *args[1:]))
        else:
            command = pack_command(args)
        try:
            answer = line.ask(command)
        except redis.ConnectionError:
            answer = line.ask(command)
        understand = self._understand.get(args[0])
        if understand is None:
            return answer
        options.pop("keys", None)  # for a cache we do not have
        return understand(answer, **options)

    # What a sign-in asks most, without redis-py's looks at what else could have been given: those
    # are half as much work again as the command.

    def mget(self, *keys: str) -> list[bytes | None]:  # type: ignore[override]
        """The values of *keys*."""
        values: list[bytes | None] = self.execute_command("MGET", *keys)
        return values

    def hmget(self, name: str, fields: Sequence[str]) -> list[bytes | None]:  # type: ignore[override]
        """The values of those *fields*."""
        values: list[bytes | None] = self.execute_command("HMGET", name, *fields)
        return values

    def getex(self, name: str, *, px: int) -> bytes | None:  # type: ignore[override]
        """The value, which lives for *px* milliseconds from now on."""
        value: bytes | None = self.execute_command("GETEX", name, "PX", px)
        return value

    def _take(self) -> "_Line":
        """A connection for this thread, until it ends."""
        try:
            line = self._resting.pop()
        except IndexError:
            line = _Line(self.connection_pool.make_connection())
        self._own.lent = _Lent(line, self._resting)
        self._own.line = line
        return line


class _Lent:
    """What a thread alone refers to: its end puts *line* among those *resting*."""

    def __init__(self, line: "_Line", resting: list["_Line"]) -> None:
        self._line = line
        self._resting = resting

    def __del__(self) -> None:
        self._resting.append(self._line)


class _Line:
    """
    A connection of redis-py's, which connects; what is said on it is hiredis's alone.

    Between a command and its answer redis-py calls as many functions again, for what we do not do:
    it reads messages that nobody asked for, decodes, and checks its health.
    """

    def __init__(self, connection: Any) -> None:  # noqa: ANN401 (redis-py's own)
        self._connection = connection
        self._socket: socket | None = None
        self._reader = Reader()

    def ask(self, command: bytes) -> Any:  # noqa: ANN401 (Redis's)
        """
        The answer to *command*; where there is none, the next command connects anew.

        Else the answer to a command that somebody was torn from (dramatiq ends a job that takes too
        long by an exception from outside) would be taken for that of the next: another one's
        session. Raises redis-py's errors.
        """
        try:
            if self._socket is None or self._socket is not self._connection._sock:  # noqa: SLF001 (it has no other name)
                self._socket = self._connect()
            self._socket.sendall(command)
            answer = self._read(self._socket)
        except TimeoutError as error:
            self._connection.disconnect()
            raise redis.TimeoutError("no answer in time") from error
        except OSError as error:
            self._connection.disconnect()
            raise redis.ConnectionError(str(error)) from error
        except BaseException:
            self._connection.disconnect()
            raise
        if isinstance(answer, redis.RedisError):
            raise answer
        return answer

    def _connect(self) -> socket:
        self._connection.connect()
        self._reader = Reader(
            protocolError=redis.InvalidResponse, replyError=_refusal, notEnoughData=_UNFINISHED
        )
        connected: socket = self._connection._sock  # noqa: SLF001
        return connected

    def _read(self, connected: socket) -> Any:  # noqa: ANN401 (Redis's)
        reader = self._reader
        answer = _UNFINISHED
        while answer is _UNFINISHED:
            received = connected.recv(_AT_ONCE)
            if not received:
                raise redis.ConnectionError("closed by Redis")
            reader.feed(received)
            answer = reader.gets()
        return answer


def _refusal(said: str) -> redis.RedisError:
    word, _, text = said.partition(" ")
    kind = _REFUSALS.get(word)
    return redis.ResponseError(said) if kind is None else kind(text)


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
