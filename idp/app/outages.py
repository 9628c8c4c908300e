"""What is raised when a part of ours is away or overrun, and the page that says so."""

from typing import Final

import structlog
from flask import Flask, Response
from redis.exceptions import RedisError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from idp.citizens.password_hasher import HasherBusy
from idp.web.pages import Pages
from idp.web.reference import request_reference

OUTAGES: Final = (
    OperationalError,
    InterfaceError,
    PoolTimeout,
    RedisError,
    HasherBusy,
)
"""What is raised when a part is away or overrun: 503, since trying again is right."""

_log = structlog.get_logger(__name__)


def answer_outages(app: Flask, pages: Pages) -> None:
    """A part that is away is a 503 with a reference: nothing is lost by trying again."""

    def unavailable(error: Exception) -> Response:
        _log.error("unavailable", reference=request_reference(), cause=type(error).__name__)
        response = pages.render(
            "errors/unavailable.html", status=503, reference=request_reference(), minutes=1
        )
        response.headers["Retry-After"] = "10"
        return response

    for error in OUTAGES:
        app.register_error_handler(error, unavailable)
