"""The sandbox on a port of its own, for tests that speak to it over HTTP."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread

import httpx
from joserfc.jwk import ECKey
from werkzeug.serving import WSGIRequestHandler, make_server

from sandbox import SandboxConfig, create_sandbox
from sandbox.clock import Clock, SystemClock
from sandbox.mail import Mailboxes, receiving

CLIENT_ID = "dvc-idp"
SMS_API_KEY = "key-of-the-tests"


@dataclass(frozen=True)
class ServedSandbox:
    """A sandbox in progress: where it is, the client key it knows, and its calls for tests."""

    base_url: str
    client_key: ECKey = field(repr=False)
    http: httpx.Client = field(repr=False)
    smtp_port: int

    def post(self, path: str, **members: object) -> None:
        """Make a test call that must succeed."""
        self.http.post(path, json=members).raise_for_status()


class _KeepAlive(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@contextmanager
def served_sandbox(clock: Clock | None = None) -> Iterator[ServedSandbox]:
    """Serve a sandbox of its own until the block ends; its slow faults end then, too."""
    ended = Event()
    client_key = ECKey.generate_key("P-256", auto_kid=True)
    mailboxes = Mailboxes(clock or SystemClock())
    listening_for_mail = socket.create_server(("127.0.0.1", 0))
    smtp_port = listening_for_mail.getsockname()[1]
    with socket.create_server(("127.0.0.1", 0)) as listening:
        host, port = listening.getsockname()
        base_url = f"http://{host}:{port}"
        app = create_sandbox(
            SandboxConfig(
                base_url=base_url,
                sms_api_key=SMS_API_KEY,
                carrier_client_id=CLIENT_ID,
                carrier_client_jwks={"keys": [client_key.as_dict(private=False)]},
            ),
            clock=clock,
            mailboxes=mailboxes,
            pause=lambda seconds: bool(ended.wait(seconds)) or None,
        )
        server = make_server(
            host, port, app, threaded=True, request_handler=_KeepAlive, fd=listening.fileno()
        )
    serving = Thread(target=server.serve_forever, name="served-sandbox")
    serving.start()
    try:
        with (
            receiving(mailboxes, listening_for_mail),
            httpx.Client(base_url=base_url, trust_env=False) as http,
        ):
            yield ServedSandbox(base_url, client_key, http, smtp_port)
    finally:
        ended.set()
        server.shutdown()
        serving.join()
        server.server_close()
