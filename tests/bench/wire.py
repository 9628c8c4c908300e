"""
HTTP/1.1 over one kept connection, as cheap as can be: the generator must not be what is measured.

Only what our server sends is understood: a status line, headers, a body of `Content-Length` bytes.
"""

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

_NONE: Mapping[str, str] = {}
_READ = 65_536
_TIMEOUT = 20.0  # seconds; a server that is silent for so long has failed


class NotAsExpected(Exception):
    """An answer a journey cannot go on with: nothing measured after it would mean anything."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One response; header names in lower case, a repeated one (`set-cookie`) as a list."""

    status: int
    headers: Mapping[str, list[str]]
    body: bytes

    def header(self, name: str) -> str:
        """The header of that name. Raises `NotAsExpected`."""
        found = self.headers.get(name)
        if not found:
            raise NotAsExpected(f"{self.status} without {name}: {self.body[:300]!r}")
        return found[0]

    def expect(self, status: int) -> Self:
        """This answer, if it has that status. Raises `NotAsExpected`."""
        if self.status != status:
            raise NotAsExpected(f"{self.status} instead of {status}: {self.body[:300]!r}")
        return self


def get(path: str, headers: Mapping[str, str] = _NONE) -> bytes:
    """The bytes of a GET request."""
    return _head("GET", path, headers) + b"\r\n"


def post(path: str, form: Mapping[str, str], headers: Mapping[str, str] = _NONE) -> bytes:
    """The bytes of a POST request with a form."""
    body = urlencode(form).encode()
    entity = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Content-Length": str(len(body)),
    }
    return _head("POST", path, {**headers, **entity}) + b"\r\n" + body


def _head(method: str, path: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, ""]).encode("latin-1")


class Connection:
    """A connection to the server on this machine that outlives its requests."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=_TIMEOUT)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, request: bytes) -> None:
        """Send it, and do not wait."""
        self._socket.sendall(request)

    def receive(self) -> Answer:
        """Wait for the answer to what was sent. Raises `NotAsExpected` if the server hangs up."""
        received = b""
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._more()
        status_line, *lines = received[:end].decode("latin-1").split("\r\n")
        headers: dict[str, list[str]] = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers.setdefault(name.lower(), []).append(value.strip())
        body = received[end + 4 :]
        length = int(headers.get("content-length", ["0"])[0])
        while len(body) < length:
            body += self._more()
        return Answer(int(status_line.split(" ", 2)[1]), headers, body)

    def _more(self) -> bytes:
        received = self._socket.recv(_READ)
        if not received:
            raise NotAsExpected("the server closed the connection")
        return received
