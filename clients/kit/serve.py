"""
A portal as a process.

Environment: `OIDC_ISSUER`, `OIDC_CLIENT_SECRET`, `PORTAL_SECRET_KEY`, `PORTAL_HOST`,
`PORTAL_PORT`, `PORTAL_REGISTRATION` (a file; the portal's own unless it is set). Logs to stderr,
warnings only; ends on SIGTERM and SIGINT.
"""

import logging
import os
import signal
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from clients.kit.portal import create_portal
from clients.kit.site import Site

WRONG_SETTING = 2


class _QuietHandler(WSGIRequestHandler):
    """Logs no requests: their addresses hold codes and states. Names no versions."""

    timeout = 60  # an idle connection holds a thread no longer than this

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""

    def version_string(self) -> str:
        return "portal"


def serve(folder: Path, *, default_port: int) -> int:
    """Serve the portal described in *folder* until a signal; return the exit status."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        registration = os.environ.get("PORTAL_REGISTRATION")
        site = Site.load(folder, Path(registration) if registration else None)
        app = _portal(site, os.environ)
        host = os.environ.get("PORTAL_HOST", "127.0.0.1")
        port = int(os.environ.get("PORTAL_PORT", str(default_port)))
    except (ValueError, OSError) as error:
        return _failed(f"{folder.name}: {error}", WRONG_SETTING)
    try:
        listener = _listener(host, port)
    except OSError as error:
        return _failed(f"{folder.name}: cannot listen on {host}:{port}: {error.strerror}", 1)
    _run(app, listener, host, port)
    return 0


def _portal(site: Site, environment: Mapping[str, str]) -> Flask:
    return create_portal(
        site,
        issuer=environment.get("OIDC_ISSUER", "http://localhost:8400"),
        client_secret=_needed(environment, "OIDC_CLIENT_SECRET"),
        secret_key=_needed(environment, "PORTAL_SECRET_KEY"),
    )


def _needed(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "")
    if not value:
        raise ValueError(f"{name} is not set")
    return value


def _listener(host: str, port: int) -> socket.socket:
    """Bind before the server does: it would print its own two lines and leave."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


def _run(app: Flask, listener: socket.socket, host: str, port: int) -> None:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    with listener:
        server = make_server(
            host,
            port,
            app,
            threaded=True,
            request_handler=_QuietHandler,
            fd=listener.fileno(),
        )
    try:
        server.serve_forever()  # returns on KeyboardInterrupt, its socket closed
    finally:
        app.extensions["provider"].close()


def _failed(line: str, status: int) -> int:
    print(line, file=sys.stderr)  # noqa: T201  this is the process's voice
    return status
