"""A portal's address for logout tokens: a real HTTP server on this machine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Event, Thread
from urllib.parse import parse_qs

PATIENCE = 30.0  # seconds; passed only where something is wrong


@dataclass
class LogoutReceiver:
    """
    What it was sent; it answers with *statuses* in turn, the last one for ever.

    While *held* is set to an event, answers wait for that event.
    """

    statuses: list[int] = field(default_factory=lambda: [200])
    held: Event | None = None
    uri: str = ""
    requests: list[dict[str, str]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    most_at_once: int = 0

    def __post_init__(self) -> None:
        self._changed = Condition()
        self._at_once = 0

    def take(self, headers: dict[str, str], body: bytes) -> int:
        form = parse_qs(body.decode("ascii"), strict_parsing=True)
        with self._changed:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
            self.requests.append(headers)
            assert form.keys() == {"logout_token"}
            self.tokens.extend(form["logout_token"])
            status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
            self._changed.notify_all()
        if self.held is not None:
            self.held.wait(PATIENCE)
        with self._changed:
            self._at_once -= 1
        return status

    def wait_for(self, number: int) -> None:
        """Return when so many tokens have come."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.tokens) >= number, PATIENCE)


@contextmanager
def receiving(receiver: LogoutReceiver) -> Iterator[LogoutReceiver]:
    """Serve *receiver* at its `uri`, on a port of its own."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(receiver.take))
    server.daemon_threads = True
    receiver.uri = f"http://127.0.0.1:{server.server_port}/backchannel-logout?kept=1"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield receiver
    finally:
        if receiver.held is not None:
            receiver.held.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(take: Callable[[dict[str, str], bytes], int]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/backchannel-logout?kept=1"
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = take({name.lower(): value for name, value in self.headers.items()}, body)
            try:
                self.send_response(status)
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()
            except OSError:
                self.close_connection = True  # who asked did not wait

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    return Handler
