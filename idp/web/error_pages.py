"""The pages for what went wrong outside any step: each says what to do next."""

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from flask import Flask, Response
from werkzeug.exceptions import BadRequest, HTTPException, InternalServerError

from idp.core.waiting import whole_minutes
from idp.web.address import same_page_url
from idp.web.at_hand import request
from idp.web.csrf import CookieMissing, CsrfFailed
from idp.web.reference import request_reference

if TYPE_CHECKING:
    from idp.web.pages import Pages

_TEMPLATES = {
    403: "errors/forbidden.html",
    404: "errors/not_found.html",
    405: "errors/not_found.html",
    429: "errors/too_many.html",
    503: "errors/unavailable.html",
}
_DEFAULT_WAIT_MINUTES = 1
_log = structlog.get_logger(__name__)


def add_error_pages(app: Flask, pages: "Pages") -> None:
    """Answer every HTTP error, every refused form and every crash of *app* with a page."""

    def http_error(error: HTTPException) -> Response:
        original = error.get_response()
        status = original.status_code
        if error.response is not None or status < BadRequest.code:
            return Response(
                original.get_data(), status, original.headers
            )  # an answer, or a redirect
        if status >= InternalServerError.code and status not in _TEMPLATES:
            return _broken(pages)
        response = pages.render(
            _TEMPLATES.get(status, "errors/bad_request.html"),
            status=status,
            minutes=_minutes(original.headers.get("Retry-After")),
            reference=request_reference(),
        )
        for name in ("Allow", "Retry-After"):
            if name in original.headers:
                response.headers[name] = original.headers[name]
        return response

    def crash(error: InternalServerError) -> Response:
        cause = type(error.original_exception or error).__name__
        # The path and no query: a query may hold a handle.
        _log.error("page_failed", reference=request_reference(), path=request.path, cause=cause)
        return _broken(pages)

    def form_too_old(_: CsrfFailed) -> Response:
        return pages.render("errors/form_too_old.html", status=400, again_url=same_page_url())

    def cookies_off(_: CookieMissing) -> Response:
        return pages.render("errors/cookies_off.html", status=400, again_url=same_page_url())

    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(InternalServerError, crash)
    app.register_error_handler(CsrfFailed, form_too_old)
    app.register_error_handler(CookieMissing, cookies_off)


def _broken(pages: "Pages") -> Response:
    return pages.render("errors/broken.html", status=500, reference=request_reference())


def _minutes(retry_after: str | None) -> int:
    if not retry_after or not retry_after.isdecimal():
        return _DEFAULT_WAIT_MINUTES
    return whole_minutes(timedelta(seconds=int(retry_after)))
