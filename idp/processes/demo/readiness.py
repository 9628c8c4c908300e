"""Whether a server of the demonstration answers: a few bytes over a socket, no HTTP library."""

import socket
from pathlib import Path

SECONDS = 2.0


def http(host: str, port: int, path: str, *, secure: bool = False) -> bool:
    """Whether `GET path` is answered with 200."""
    request = f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection((_reachable(host), port), SECONDS) as plain:
            if not secure:
                return b" 200 " in _first_line(plain, request.encode())
            import ssl  # noqa: PLC0415  # as large as the rest of the supervisor together

            # Our own server on this machine, and nothing is told to it: whose certificate it
            # shows does not matter here.
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            with context.wrap_socket(plain) as connection:
                return b" 200 " in _first_line(connection, request.encode())
    except OSError:
        return False


def redis(path: Path) -> bool:
    """Whether the Redis server on the socket *path* has loaded its data and answers."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(SECONDS)
            connection.connect(str(path))
            return _first_line(connection, b"PING\r\n") == b"+PONG"
    except OSError:
        return False


def _reachable(host: str) -> str:
    """The address to call where a server listens on every address of the machine."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104


def _first_line(connection: socket.socket, request: bytes) -> bytes:
    connection.sendall(request)
    received = b""
    while b"\r\n" not in received and (more := connection.recv(1024)):
        received += more
    return received.split(b"\r\n")[0]
