"""
The Flask application that carries the pages.

What Flask and Werkzeug do at every request for applications of other kinds took a third of a page:
it is left out here, by the hooks that they have for it, and nowhere else.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import parse_qsl

from flask import Flask, Request, Response
from flask.ctx import AppContext, RequestContext
from flask.globals import _cv_app, _cv_request
from flask.sessions import NullSession, SessionInterface, SessionMixin
from werkzeug.datastructures import EnvironHeaders, Headers, ImmutableMultiDict, MultiDict
from werkzeug.http import HTTP_STATUS_CODES, parse_cookie
from werkzeug.routing import MapAdapter, Rule, UnicodeConverter, ValidationError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_FORM: Final = "application/x-www-form-urlencoded"
_HTML: Final = "text/html; charset=utf-8"
_STATUS: Final = {code: f"{code} {words.upper()}" for code, words in HTTP_STATUS_CODES.items()}


class Values(ImmutableMultiDict[str, str]):
    """
    What a request names in its query, its form or its cookies; the first counts of those that came
    more than once.

    That a name is missing is ordinary, and not told by making and catching a page for an error.
    """

    @classmethod
    def of(cls, pairs: Iterable[Sequence[str]]) -> "Values":
        """Those *pairs*; Werkzeug's constructor asks first what else it might have been given."""
        values = cls.__new__(cls)
        lists: Any = values
        for name, value in pairs:
            dict.setdefault(lists, name, []).append(value)
        return values

    def get(  # type: ignore[override]  # (as Werkzeug's overloads)
        self,
        key: str,
        default: Any = None,  # noqa: ANN401
        type: Any = None,  # noqa: A002, ANN401
    ) -> Any:  # noqa: ANN401
        """The value of *key*, converted by *type* where one is given."""
        if type is not None:
            return super().get(key, default, type)
        values: Any = dict.get(self, key)
        return values[0] if values else default


def _named(text: str) -> Values:
    """Read *text*, a query or a posted form (WHATWG URL §5.1), as Werkzeug does."""
    if "%" in text or "+" in text:
        return Values.of(parse_qsl(text, keep_blank_values=True, errors="werkzeug.url_quote"))
    return Values.of(_pairs(text, "&"))


def _pairs(text: str, between: str) -> list[Sequence[str]]:
    """Names and values in which nothing is encoded."""
    return [pair.partition("=")[::2] for pair in text.split(between) if pair]


class PageRequest(Request):
    """A request whose parts, which every page looks at many times, are read once."""

    parameter_storage_class = Values
    dict_storage_class = Values

    def __init__(self, environ: "WSGIEnvironment") -> None:
        path = environ.get("PATH_INFO", "")
        if environ.get("SCRIPT_NAME") or not path.isascii():
            super().__init__(environ)
            return
        # What Werkzeug would come to: nothing has to be decoded, and no part of ours is asked for
        # the server's own name.
        self.environ = environ
        environ["werkzeug.request"] = self  # for who measures what became of it
        self.method = environ["REQUEST_METHOD"].upper()
        self.scheme = environ["wsgi.url_scheme"]
        self.root_path = ""
        self.path = "/" + path.lstrip("/")
        self.query_string = environ.get("QUERY_STRING", "").encode("latin-1")
        self.headers = EnvironHeaders(environ)
        self.remote_addr = environ.get("REMOTE_ADDR")
        self.shallow = False

    @cached_property
    def server(  # type: ignore[override]  # (read once, as the others)
        self,
    ) -> tuple[str, int | None] | None:
        """Name and port as the server calls itself, for what is sent without `Host` (HTTP/1.0)."""
        return Request(self.environ, populate_request=False).server

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """What stands in the query."""
        return _named(self.query_string.decode())

    @cached_property
    def form(self) -> ImmutableMultiDict[str, str]:
        """What was posted."""
        if self.environ.get("CONTENT_TYPE") == _FORM:
            sent = self.get_data()
            if sent.isascii():
                return _named(sent.decode())
        posted: ImmutableMultiDict[str, str] = super().form
        return posted

    @cached_property
    def cookies(self) -> ImmutableMultiDict[str, str]:
        """What the browser keeps for us."""
        sent = self.environ.get("HTTP_COOKIE", "")
        # As browsers send them (RFC 6265 §4.2.1), none of them quoted: ours are handles.
        plain = sent.isascii() and '"' not in sent and "\t" not in sent
        if plain and sent.count("; ") == sent.count(";") == sent.count(" "):
            return Values.of(_pairs(sent, "; "))
        found = parse_cookie(self.environ, self.dict_storage_class)
        return cast("ImmutableMultiDict[str, str]", found)

    @cached_property
    def blueprints(self) -> list[str]:
        """Whose hooks apply; not asked for before the view is known."""
        return super().blueprints

    def close(self) -> None:
        """Close the files that came with the request, where any were looked for."""
        if "files" in self.__dict__:
            super().close()


class _OwnHeaders(Headers):
    """Headers of our own making: no value has a newline that would have to be looked for."""

    def __init__(self, *pairs: tuple[str, str]) -> None:
        self._list = list(pairs)


class Ready(Response):
    """
    A page of ours whose headers are all there: it is sent as it stands.

    Werkzeug copies the headers of others, and looks through the copy for what is to be mended.
    """

    def __init__(self, page: str | bytes, status: int = 200, *headers: tuple[str, str]) -> None:
        body = page.encode() if isinstance(page, str) else page
        length = ("Content-Length", str(len(body)))
        self.headers = _OwnHeaders(("Content-Type", _HTML), length, *headers)
        self._status, self._status_code = _STATUS[status], status
        self.response = [body]
        self.direct_passthrough = False
        self._on_close = []

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer a request."""
        if environ["REQUEST_METHOD"] == "HEAD":
            return super().__call__(environ, start_response)
        start_response(self._status, list(self.headers))
        return cast("list[bytes]", self.response)


class Place(UnicodeConverter):
    """A variable part of an address: a name of something, so nothing invisible stands in it."""

    def to_python(self, value: str) -> str:
        """Refuse control characters before anything is looked for: PostgreSQL takes no NUL."""
        if not value.isprintable():
            raise ValidationError
        return value


class _Found(MapAdapter):
    """A view that was found by the whole address, and its hooks: there is nothing to be matched."""

    def __init__(self, app: Flask, rule: Rule, method: str) -> None:
        super().__init__(rule.map, "", "/", "", "https", rule.rule, method)
        self.rule = rule
        view = app.view_functions[rule.endpoint]
        self.view = getattr(view, "answers", {}).get(method, view)
        parts = rule.endpoint.split(".")
        names = (None, *(".".join(parts[:length]) for length in range(1, len(parts))))
        self.before = [hook for name in names for hook in app.before_request_funcs.get(name, ())]
        self.after = [hook for name in names for hook in app.after_request_funcs.get(name, ())]
        self.after.reverse()  # a blueprint's come first, and the last one of each

    def match(self, *_args: Any, **_kwargs: Any) -> Any:  # noqa: ANN401 (overloaded)
        """The rule, and the parts of the address that vary: none."""
        return self.rule, {}


class _NoSessions(SessionInterface):
    """Flask keeps nothing in a cookie for us: sessions are `idp.sessions`."""

    _none: Final = NullSession()

    def open_session(self, *_args: object) -> SessionMixin:
        """The one that is always empty, and cannot be changed."""
        return self._none

    def save_session(self, *_args: object) -> None:
        """Nothing is in it."""


class Application(Flask):
    """Flask, without what it does at every request for applications of other kinds."""

    request_class = PageRequest
    session_interface = _NoSessions()

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 (Flask's own)
        super().__init__(*args, **kwargs)
        self.url_map.converters |= {"default": Place, "string": Place}

    @cached_property
    def _whole_addresses(self) -> dict[tuple[str, str], _Found]:
        """
        The views at addresses in which nothing varies, by method and path.

        Read at the first request: Flask takes no route after that.
        """
        return {
            (method, rule.rule): _Found(self, rule, method)
            for rule in reversed(list(self.url_map.iter_rules()))  # the first of two counts
            if not (rule.arguments or rule.defaults or rule.redirect_to or rule.build_only)
            for method in (rule.methods or set()) & {"GET", "POST"}
        }

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """What finds the view of *request*: a table, or Werkzeug, which goes through patterns."""
        if request is None:
            return None  # no address is made where there is no request
        found = self._whole_addresses.get((request.method, request.path))
        return super().create_url_adapter(request) if found is None else found

    def wsgi_app(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """
        Answer a request: as Flask, with its two contexts around it.

        Flask's own way asks of each whether it is there already, and tells listeners, whom we do
        not have, that it comes and goes.
        """
        found = self._whole_addresses.get((environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")))
        if found is None or "werkzeug.debug.preserve_context" in environ:
            return super().wsgi_app(environ, start_response)
        context = RequestContext(self, environ)
        context.request.url_rule, context.request.view_args = found.rule, {}
        around = _cv_app.set(AppContext(self)), _cv_request.set(context)
        error: Exception | None = None
        try:
            try:
                response = self._answer(found, context)
            except Exception as failure:  # noqa: BLE001 (as Flask)
                error = failure
                response = self.handle_exception(failure)
            return response(environ, start_response)
        finally:
            try:
                self.do_teardown_request(error)
                context.request.close()
            finally:
                _cv_request.reset(around[1])
                _cv_app.reset(around[0])

    def _answer(self, found: _Found, context: RequestContext) -> Response:
        """What Flask's `full_dispatch_request` does, with nothing to be looked up."""
        self._got_first_request = True
        answer: Any = None
        try:
            for hook in found.before:
                answer = hook()
                if answer is not None:
                    break
            else:
                answer = found.view()
        except Exception as error:  # noqa: BLE001 (as Flask: the handlers know what to do)
            answer = self.handle_user_exception(error)
        response: Any = answer if isinstance(answer, Response) else self.make_response(answer)
        for after in (*context._after_request_functions, *found.after):  # noqa: SLF001
            response = after(response)
        answered: Response = response
        return answered

    def do_teardown_appcontext(self, *exc: Any) -> None:  # noqa: ANN401 (Flask's own)
        """Nothing ends with a context: sessions of the database are `idp.db.database`'s."""

    def do_teardown_request(self, *exc: Any) -> None:  # noqa: ANN401 (Flask's own)
        """Call what waits for the end of a request, if anything does."""
        if self.teardown_request_funcs:
            super().do_teardown_request(*exc)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """None of ours is a coroutine."""
        return func
