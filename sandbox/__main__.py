"""`python -m sandbox`: serves the sandbox until it is told to stop."""

import logging
import os
import signal
import socket
import sys
from threading import Event, Thread

from werkzeug.serving import WSGIRequestHandler, make_server

from sandbox import SandboxConfig, create_sandbox
from sandbox.clock import SystemClock
from sandbox.config import ServerAddress
from sandbox.mail import Mailboxes, receiving

STOP_SIGNALS = frozenset({signal.SIGTERM, signal.SIGINT})


class QuietHandler(WSGIRequestHandler):
    """Logs no request lines: they name phone numbers."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def main() -> None:
    """Serve until SIGTERM or SIGINT. Exits with one line for whatever keeps it from starting."""
    logging.basicConfig(stream=sys.stderr, format="%(name)s: %(levelname)s: %(message)s")
    stopped = Event()
    try:
        address = ServerAddress.from_environment(os.environ)
        config = SandboxConfig.from_environment(os.environ)
        mailboxes = Mailboxes(SystemClock())
        app = create_sandbox(config, pause=stopped.wait, mailboxes=mailboxes)
    except ValueError as error:
        sys.exit(f"sandbox: {error}")
    listening = _listen(address.host, address.port)
    listening_for_mail = _listen(address.host, address.smtp_port)
    with listening:
        server = make_server(
            address.host,
            address.port,
            app,
            threaded=True,
            request_handler=QuietHandler,
            fd=listening.fileno(),
        )
    # Blocked before any thread starts, and waited for: a handler runs in the main thread alone, and
    # a signal that the kernel gives to another thread does not wake it.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    Thread(target=server.serve_forever, name="sandbox-server", daemon=True).start()
    with receiving(mailboxes, listening_for_mail):
        signal.sigwait(STOP_SIGNALS)
    stopped.set()
    server.shutdown()
    server.server_close()


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port))
    except OSError as error:
        sys.exit(f"sandbox: cannot listen on {host}:{port}: {error.strerror}")


if __name__ == "__main__":
    main()
