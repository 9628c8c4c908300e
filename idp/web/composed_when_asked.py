"""A part of the site that is composed for its first request."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import structlog
from flask import Blueprint, Response
from flask.views import View
from werkzeug.exceptions import ServiceUnavailable

from idp.core.once import Once

WsgiApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_TRY_AGAIN: Final = 60  # seconds

_log: Final = structlog.get_logger(__name__)


class ComposedWhenAsked:
    """
    WSGI middleware: what *compose* makes answers what is under *paths*, and *others* the rest.

    For a part that most processes never need: its modules, its routes and its forms weigh nothing
    until somebody comes. Where it cannot be composed, the log tells why, *others* answers in its
    place (`out_of_order_routes`), and the next request tries again.
    """

    def __init__(
        self,
        others: WsgiApplication,
        paths: Sequence[str],
        compose: Callable[[], WsgiApplication],
    ) -> None:
        self._others = others
        self._paths = frozenset(paths)
        self._below = tuple(f"{path}/" for path in paths)
        self._composed = Once(compose)

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Pass the request on to whose it is."""
        path = environ.get("PATH_INFO", "")
        if path not in self._paths and not path.startswith(self._below):
            return self._others(environ, start_response)
        try:
            application = self.application
        except Exception:  # noqa: BLE001 (whatever it is, no request is left without an answer)
            _log.exception("part_not_composed", paths=sorted(self._paths))
            application = self._others
        return application(environ, start_response)

    @property
    def application(self) -> WsgiApplication:
        """The part, composed by now. Raises what composing it raises."""
        return self._composed()


class _OutOfOrder(View):
    methods = ("GET", "POST")

    def dispatch_request(self, **_: str) -> Response:
        raise ServiceUnavailable(retry_after=_TRY_AGAIN)


def out_of_order_routes(paths: Sequence[str]) -> Blueprint:
    """The blueprint for *others*: what is under *paths* cannot be reached for the moment (503)."""
    blueprint = Blueprint("out_of_order", __name__)
    view = _OutOfOrder.as_view("out_of_order")
    for path in paths:
        blueprint.add_url_rule(path, view_func=view)
        blueprint.add_url_rule(f"{path}/<path:_>", view_func=view)
    return blueprint
