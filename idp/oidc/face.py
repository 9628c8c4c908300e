"""
The door: numbers and logs every request, answers the protocol's API paths, hands on all others.

API paths need nothing of Flask, and Flask costs more than all their work: they are answered here.
"""

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote

import structlog

from idp.failures.model import Fault
from idp.failures.note_failure import Answered, Note
from idp.oidc.errors import server_error, unavailable
from idp.oidc.http import Endpoint, ProtocolRequest, ProtocolResponse
from idp.web.network import network_of
from idp.web.reference import ENVIRON as REFERENCE
from idp.web.reference import new_reference
from idp.web.request_log import ENVIRON as FACTS

StartResponse = Callable[..., Any]
WsgiApplication = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]
Methods = Mapping[str, Endpoint]

REQUEST_ID: Final = "X-Request-Id"

_URL: Final = "%:/?#[]@!$&'()*+,;="
_MAX_PATH: Final = 200  # characters that are logged of a path somebody made up
_STATUS: Final = {
    200: "200 OK",
    201: "201 Created",
    204: "204 No Content",
    304: "304 Not Modified",
    400: "400 Bad Request",
    401: "401 Unauthorized",
    403: "403 Forbidden",
    405: "405 Method Not Allowed",
    429: "429 Too Many Requests",
    500: "500 Internal Server Error",
    503: "503 Service Unavailable",
}
_BODILESS: Final = {204, 304}  # RFC 9110 §8.6: no length of what is not there
_log = structlog.get_logger(__name__)


class ProtocolFace:
    """
    WSGI middleware in front of the pages.

    *routes* are exact paths, each with its methods. *outages* are what is raised when a part of
    ours is away: 503, since trying again is right then; anything else is a fault of ours, 500.
    *note_failure* hears of each request that was answered with an error.
    """

    def __init__(
        self,
        pages: WsgiApplication,
        routes: Mapping[str, Methods],
        *,
        max_body: int,
        note_failure: Note,
        outages: tuple[type[Exception], ...] = (),
        strict_transport: bool = False,
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._pages = pages
        self._routes = {path: _with_head(methods) for path, methods in routes.items()}
        self._max_body = max_body
        self._note_failure = note_failure
        self._outages = outages
        self._common = [("X-Content-Type-Options", "nosniff")]
        if strict_transport:
            self._common.append(("Strict-Transport-Security", "max-age=63072000"))
        self._timer = timer

    @property
    def paths(self) -> Collection[str]:
        """What is answered here."""
        return self._routes.keys()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        started = self._timer()
        reference = environ[REFERENCE] = new_reference()
        methods = self._routes.get(environ.get("PATH_INFO", ""))
        if methods is None:
            return self._page(environ, start_response, started)
        response = self._answer(methods, environ, reference)
        self._line(
            environ,
            response.status,
            started,
            client_id=response.client_id,
            error=response.error,
            detail=response.detail,
            fault=response.fault,
        )
        headers = [*response.headers, *self._common, (REQUEST_ID, reference)]
        if response.status not in _BODILESS:
            headers.append(("Content-Length", str(len(response.body))))
        start_response(_STATUS[response.status], headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [response.body]

    def _answer(
        self, methods: Methods, environ: dict[str, Any], reference: str
    ) -> ProtocolResponse:
        endpoint = methods.get(environ["REQUEST_METHOD"])
        if endpoint is None:
            known = environ["REQUEST_METHOD"] == "OPTIONS"
            allow = ("Allow", ", ".join([*methods, "OPTIONS"]))
            return ProtocolResponse(204 if known else 405, (allow,))
        try:
            return endpoint(ProtocolRequest.of(environ, max_body=self._max_body))
        except self._outages as error:
            _log.error("unavailable", reference=reference, cause=type(error).__name__)
            return unavailable(reference)
        except Exception:  # noqa: BLE001 (the last resort: no client ever sees a traceback)
            _log.exception("endpoint_failed", reference=reference)
            return server_error(reference)

    def _page(
        self, environ: dict[str, Any], start_response: StartResponse, started: float
    ) -> Iterable[bytes]:
        # Bytes that may not stand in a URL (RFC 3986 §2): Werkzeug would fail on them.
        query = environ.get("QUERY_STRING", "")
        if not query.isascii():
            environ["QUERY_STRING"] = quote(query.encode("latin-1", "replace"), safe=_URL)

        def start(status: str, headers: list[tuple[str, str]], *exc_info: object) -> object:
            self._line(environ, int(status[:3]), started, **environ.get(FACTS, {}))
            numbered = [*headers, (REQUEST_ID, environ[REFERENCE])]
            return start_response(status, numbered, *exc_info)

        try:
            return self._pages(environ, start)
        except Exception:  # noqa: BLE001 (the page about failures failed as well)
            _log.exception("pages_failed", reference=environ[REFERENCE])
            answer = server_error(environ[REFERENCE])
            length = ("Content-Length", str(len(answer.body)))
            headers = [*answer.headers, *self._common, length]
            start(_STATUS[answer.status], headers)
            return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]

    def _line(
        self,
        environ: dict[str, Any],
        status: int,
        started: float,
        fault: Fault | None = None,
        **facts: str | None,
    ) -> None:
        """One line a request. The path, never the query: that holds handles, codes and hints."""
        _log.bind().info(  # else the logger finds `info` by an error that is raised and caught
            "request",
            method=environ["REQUEST_METHOD"],
            path=environ.get("PATH_INFO", "")[:_MAX_PATH],
            status=status,
            duration_ms=int((self._timer() - started) * 10_000) / 10,
            reference=environ[REFERENCE],
            **{name: value for name, value in facts.items() if value is not None},
        )
        if facts.get("error") is not None:
            self._note_failure(
                Answered(
                    status=status,
                    endpoint=environ.get("PATH_INFO", ""),
                    reference=environ[REFERENCE],
                    network=network_of(environ.get("REMOTE_ADDR", "")),
                    error=facts["error"],
                    client_id=facts.get("client_id"),
                    detail=facts.get("detail"),
                    fault=fault,
                )
            )


def _with_head(methods: Methods) -> Methods:
    """HEAD is GET whose body is kept back (RFC 9110 §9.3.2)."""
    return {**methods, "HEAD": methods["GET"]} if "GET" in methods else methods
