"""
The door of the API: a WSGI application beside the pages, which it hands on what is not its own.

In this order, so that nobody learns more than who they are allows: is there such an address, who
calls, may they, can it be read, was it made before, do it.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import orjson
import structlog
from pydantic import BaseModel
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map, RequestRedirect, Rule
from werkzeug.wrappers import Request

from idp.api.description import Description
from idp.api.operation import PREFIX, Answer, AnyOperation, Call
from idp.api.problems import MEDIA_TYPE, Problem, insufficient_scope
from idp.api.requests import (
    bearer_token,
    not_authenticated,
    read_body,
    read_idempotency_key,
    read_query,
    read_version,
)
from idp.api.token import TokenEndpoint
from idp.api_clients.admit import AdmitCaller
from idp.api_clients.model import PREFIX as BY_PROGRAM
from idp.api_clients.model import ApiClientName, Caller
from idp.api_clients.ports import RequestsMadeOnce
from idp.operators.add_operator import NotAllowed
from idp.throttling.ports import BudgetSpent
from idp.web.reference import ENVIRON as REFERENCE
from idp.web.request_log import ENVIRON as FACTS

TOKEN: Final = f"{PREFIX}/token"
DESCRIPTION: Final = f"{PREFIX}/openapi.json"

_BODILESS: Final = {204, 304}  # RFC 9110 §8.6: no length of what is not there

StartResponse = Callable[..., Any]
WsgiApplication = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]
Raw = tuple[int, list[tuple[str, str]], bytes]

_log = structlog.get_logger(__name__)


class ApiFace:
    """
    Answers everything under `/api/v1`, and hands on the rest to *pages*.

    *outages* are what is raised when a part of ours is away: 503, since trying again is right then.
    """

    def __init__(
        self,
        pages: WsgiApplication,
        operations: Sequence[AnyOperation],
        *,
        token: TokenEndpoint,
        admit: AdmitCaller,
        once: RequestsMadeOnce,
        description: Description,
        max_body: int,
        outages: tuple[type[Exception], ...],
        strict_transport: bool,
    ) -> None:
        self._pages = pages
        self._token = token
        self._admit = admit
        self._once = once
        self._description = description
        self._max_body = max_body
        self._outages = outages
        self._common = [("X-Content-Type-Options", "nosniff")]
        if strict_transport:
            self._common.append(("Strict-Transport-Security", "max-age=63072000"))
        rules = [
            Rule(each.rule, endpoint=each, methods=[each.method], merge_slashes=False)
            for each in operations
        ]
        rules += [
            Rule(TOKEN, endpoint=self._token, methods=["POST"]),
            Rule(DESCRIPTION, endpoint=self._describe, methods=["GET"]),
        ]
        self._map = Map(rules, strict_slashes=False, redirect_defaults=False, merge_slashes=False)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        path = environ.get("PATH_INFO", "")
        if path != PREFIX and not path.startswith(f"{PREFIX}/"):
            return self._pages(environ, start_response)
        status, headers, body = self._answer(environ)
        headers += self._common
        if status not in _BODILESS:
            headers.append(("Content-Length", str(len(body))))
        start_response(f"{status} {HTTPStatus(status).phrase}", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _answer(self, environ: dict[str, Any]) -> Raw:
        reference = environ.get(REFERENCE, "")
        try:
            return self._dispatch(environ)
        except Problem as problem:
            return _told(problem, reference)
        except NotAllowed as refused:
            _log.warning("api.not_allowed", reference=reference, cause=str(refused))
            return _told(Problem("not-allowed"), reference)
        except BudgetSpent as spent:
            wait = ("Retry-After", str(spent.seconds))
            return _told(Problem("too-often", headers=(wait,)), reference)
        except self._outages as error:
            _log.error("unavailable", reference=reference, cause=type(error).__name__)
            return _told(Problem("unavailable", headers=(("Retry-After", "5"),)), reference)
        except Exception:  # noqa: BLE001 (the last resort: no program ever sees a traceback)
            _log.exception("api.failed", reference=reference)
            return _told(Problem("broken"), reference)

    def _dispatch(self, environ: dict[str, Any]) -> Raw:
        request = Request(environ)
        request.max_content_length = self._max_body
        adapter = self._map.bind_to_environ(environ)
        try:
            endpoint, places = adapter.match()
        except MethodNotAllowed as error:
            allowed = ", ".join(sorted(error.valid_methods or ()))
            if request.method == "OPTIONS":
                return 204, [("Allow", allowed)], b""
            raise Problem("no-such-method", headers=(("Allow", allowed),)) from None
        except (NotFound, RequestRedirect):
            raise Problem("not-found") from None
        if callable(endpoint):
            found: Raw = endpoint(request)
            return found
        return self._run(endpoint, request, places)

    def _run(self, operation: AnyOperation, request: Request, places: Mapping[str, str]) -> Raw:
        caller = self._admit(bearer_token(request))
        if caller is None:
            raise not_authenticated("invalid_token")
        request.environ.setdefault(FACTS, {})["api_client"] = caller.operator.name
        if not caller.may(operation.permission):
            raise insufficient_scope(operation.permission.value)
        if any(not value.isprintable() for value in places.values()):
            raise Problem("not-found")
        call: Call[Any, Any] = Call(
            caller=caller,
            path=places,
            query=read_query(request, operation.query),
            body=read_body(request, operation.body, takes_one=operation.has_body),
            version=read_version(request) if operation.needs_version else 0,
        )
        answer = self._made_once(operation, request, call)
        return _written(answer, request)

    def _made_once(self, operation: AnyOperation, request: Request, call: Call[Any, Any]) -> Answer:
        if not operation.made_once:
            return operation.run(call)
        key, client = read_idempotency_key(request), _client(call.caller)
        sent = hashlib.sha256(
            b"\0".join((request.method.encode(), request.full_path.encode(), request.get_data()))
        ).hexdigest()
        before = self._once.take(client, key, sent)
        if before is not None:
            raise Problem(
                "made-before",
                "The same request was made: look what came of it. No secret is shown twice."
                if before == sent
                else "Another request had this key.",
            )
        try:
            return operation.run(call)
        except (Problem, NotAllowed, BudgetSpent) as error:
            if not isinstance(error, Problem) or error.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                self._once.give_back(client, key)  # nothing came of it
            raise

    def _describe(self, request: Request) -> Raw:
        description = self._description
        headers = [("ETag", description.etag), ("Cache-Control", "public, max-age=300")]
        if description.etag in request.headers.get("If-None-Match", ""):
            return 304, headers, b""
        return 200, [("Content-Type", "application/json"), *headers], description.document


def _client(caller: Caller) -> ApiClientName:
    return ApiClientName(caller.operator.name.removeprefix(BY_PROGRAM))


def _written(answer: Answer, request: Request) -> Raw:
    headers = [("Cache-Control", "no-store")]
    if answer.location is not None:
        headers.append(("Location", f"{PREFIX}{answer.location}"))
    if answer.version is not None:
        etag = f'"{answer.version}"'
        headers.append(("ETag", etag))
        if request.method == "GET" and etag in request.headers.get("If-None-Match", ""):
            return 304, headers, b""
    if answer.document is None:
        return answer.status, headers, b""
    headers.append(("Content-Type", "application/json"))
    return answer.status, headers, _json(answer.document)


def _told(problem: Problem, reference: str) -> Raw:
    headers = [("Content-Type", MEDIA_TYPE), ("Cache-Control", "no-store"), *problem.headers]
    return problem.status, headers, _json(problem.document(reference))


def _json(model: BaseModel) -> bytes:
    return orjson.dumps(model.model_dump(mode="json"))
