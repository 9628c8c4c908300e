"""What the application leaves out of Flask, and what it must not."""

import re
from collections.abc import Iterable
from functools import partial

import pytest
from flask import Blueprint, Flask, Response, after_this_request
from werkzeug.http import parse_cookie
from werkzeug.test import create_environ
from werkzeug.wrappers import Request

from idp.web.application import Application, PageRequest, Ready
from idp.web.at_hand import g, request
from idp.web.see_other import see_other
from idp.web.views import MethodView
from tests.conftest import ROOT

LONG_WAY = re.compile(
    r"^from flask import (?:\([^)]*|[^(\n]*)\b(?:request|g)\b|\bflask\.(?:request|g)\b",
    re.MULTILINE,
)


@pytest.fixture
def app() -> Application:
    """An application with an address of its own, one that varies, and one in a blueprint."""
    application = Application(__name__)
    application.add_url_rule("/whole", "whole", lambda: f"whole {request.args.get('i')}")
    application.add_url_rule("/whole", "second", lambda: "second", methods=["GET", "POST"])
    application.add_url_rule("/<name>", "varies", lambda name: f"varies {name}")
    part = Blueprint("part", __name__, url_prefix="/part")
    part.before_request(lambda: setattr(g, "seen", "by its own hook"))
    part.add_url_rule("/", "page", lambda: str(g.seen))
    application.register_blueprint(part)
    return application


@pytest.mark.parametrize(
    ("method", "path", "status", "body"),
    [
        ("GET", "/whole?i=1", 200, "whole 1"),
        ("POST", "/whole", 200, "second"),
        ("GET", "/other", 200, "varies other"),
        ("GET", "/part/", 200, "by its own hook"),
        ("POST", "/other", 405, None),
        ("GET", "/no/such", 404, None),
        ("HEAD", "/whole", 200, ""),
    ],
)
def test_an_address_leads_where_flask_would_lead(
    app: Application, method: str, path: str, status: int, body: str | None
) -> None:
    answer = app.test_client().open(path, method=method)

    assert answer.status_code == status
    assert body is None or answer.text == body


def test_options_tell_the_methods(app: Application) -> None:
    answer = app.test_client().options("/whole")

    assert answer.allow.as_set() == {"get", "post", "head", "options"}


def hooked(application: Flask, seen: list[str]) -> Flask:
    """*application* with hooks of its own and of two blueprints, one within the other."""

    def before(name: str) -> None:
        seen.append(f"before {name}")

    def after(name: str, response: Response) -> Response:
        seen.append(f"after {name}")
        return response

    def stop() -> str | None:
        return "stopped" if "stop" in request.args else None

    def view() -> Response:
        seen.append("view")
        if "raise" in request.args:
            raise LookupError
        after_this_request(partial(after, "this"))
        return Response("shown")

    def sorry(_: LookupError) -> tuple[str, int]:
        return "sorry", 410

    outer, inner = Blueprint("outer", __name__), Blueprint("inner", __name__)
    for name, part in (("app", application), ("outer", outer), ("inner", inner)):
        for number in (1, 2):
            part.before_request(partial(before, f"{name} {number}"))
            part.after_request(partial(after, f"{name} {number}"))
    outer.before_request(stop)
    for part in (application, outer, inner):
        part.add_url_rule(f"/{part.name}", "view", view)
    inner.register_error_handler(LookupError, sorry)
    outer.register_blueprint(inner)
    application.register_blueprint(outer)
    return application


@pytest.mark.parametrize("path", ["/hooked", "/outer", "/inner", "/inner?stop", "/inner?raise"])
def test_hooks_are_called_as_flask_calls_them(path: str) -> None:
    answers = []
    for application_class in (Flask, Application):
        seen: list[str] = []
        answer = hooked(application_class("hooked"), seen).test_client().get(path)
        answers.append((answer.status_code, answer.text, seen))

    assert answers[0] == answers[1]
    assert answers[0][2]


def test_a_view_is_made_once_and_answers_by_its_method() -> None:
    made: list[str] = []

    class Page(MethodView):
        def __init__(self, name: str) -> None:
            made.append(name)
            self._name = name

        def get(self, what: str) -> str:
            return f"get {self._name} {what}"

        def post(self, what: str) -> str:
            return f"post {self._name} {what}"

    application = Application(__name__)
    application.add_url_rule("/<what>", view_func=Page.as_view("page", "one"))
    client = application.test_client()

    assert [client.get("/a").text, client.post("/b").text] == ["get one a", "post one b"]
    assert client.head("/a").status_code == 200
    assert client.put("/a").status_code == 405
    assert client.options("/a").allow.as_set() == {"get", "head", "post", "options"}
    assert made == ["one"]


@pytest.mark.parametrize(
    ("location", "sent"),
    [
        ("/choose?i=abc", "/choose?i=abc"),
        ("/tìm?q=á", "/t%C3%ACm?q=%C3%A1"),
        ("https://portal.example/cb?code=1", "https://portal.example/cb?code=1"),
    ],
)
def test_a_redirect_has_its_address_and_no_page(app: Application, location: str, sent: str) -> None:
    app.add_url_rule("/go", "go", lambda: see_other(location))

    answer = app.test_client().get("/go")

    assert answer.status_code == 303
    assert answer.headers["Location"] == sent
    assert answer.headers["Content-Length"] == "0"
    assert answer.data == b""


def test_a_page_that_is_ready_is_sent_as_it_stands() -> None:
    started: list[tuple[str, list[tuple[str, str]]]] = []
    page = Ready("trang", 403)

    def start(status: str, headers: list[tuple[str, str]]) -> None:
        started.append((status, headers))

    def answer(method: str) -> Iterable[bytes]:
        return page({"REQUEST_METHOD": method}, start)  # type: ignore[arg-type]

    assert b"".join(answer("GET")) == b"trang"
    assert b"".join(answer("HEAD")) == b""
    assert started[0] == started[1]
    assert started[0] == (
        "403 FORBIDDEN",
        [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", "5")],
    )


@pytest.mark.parametrize(
    "address", [{}, {"SERVER_PORT": "x"}, {"SCRIPT_NAME": "/idp/"}, {"PATH_INFO": "//t\xc3\xacm"}]
)
def test_a_request_is_read_as_werkzeug_reads_it(address: dict[str, str]) -> None:
    environ = create_environ("//whole?i=1&q=á", method="post") | {"REMOTE_ADDR": "192.0.2.7"}
    environ |= address
    ours, theirs = PageRequest(dict(environ)), Request(dict(environ))

    assert vars(theirs).keys() <= {*vars(ours), "server"}
    for name in vars(theirs).keys() - {"environ", "headers"}:
        assert getattr(ours, name) == getattr(theirs, name)
    assert list(ours.headers) == list(theirs.headers)
    assert (ours.url, ours.host) == (theirs.url, theirs.host)


@pytest.mark.parametrize(
    "query",
    ["", "i=1&i=2&lang=en", "i", "&&i=1&", "i=1=2&=3", "i=a+b", "i=%C3%A1&j=%zz", "i=1;j=2", "i=á"],
)
@pytest.mark.parametrize(
    "cookie",
    [
        "",
        "a=1; b=2",
        "a=1;b=2",
        "a=1;  b=2",
        "a; b=",
        'a="1; 2"; b=3',
        "a=1\t; b",
        "a=á; b=1",
    ],
)
def test_what_was_sent_is_read_as_werkzeug_reads_it(query: str, cookie: str) -> None:
    environ = create_environ("/", method="POST", headers={"Cookie": cookie})
    environ["QUERY_STRING"] = query.encode().decode("latin-1")
    environ["HTTP_COOKIE"] = cookie.encode().decode("latin-1")
    ours, theirs = PageRequest(dict(environ)), Request(dict(environ))

    if query.isascii():  # else the door has encoded it
        assert list(ours.args.lists()) == list(theirs.args.lists())
    assert list(ours.cookies.lists()) == list(parse_cookie(environ).lists())


def test_the_request_at_hand_is_that_of_flask(app: Application) -> None:
    with app.test_request_context("/whole?i=1", method="POST"):
        assert request.method == "POST"
        assert "seen" not in g
        g.seen = 1
        assert "seen" in g
    with app.test_request_context("/other"):
        assert request.path == "/other"
        assert "seen" not in g
    with pytest.raises(RuntimeError, match="request context"):
        assert request.method


def test_nothing_of_ours_takes_the_long_way_to_the_request_at_hand() -> None:
    code = (ROOT / "idp").rglob("*.py")

    assert [file.name for file in code if LONG_WAY.search(file.read_text("utf-8"))] == []


def test_what_a_view_returns_may_be_plain(app: Application) -> None:
    app.add_url_rule("/plain", "plain", lambda: Response("plain", 201))

    assert app.test_client().get("/plain").status_code == 201


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "&",
        "i=abc",
        "i=abc&i=def&lang=en",
        "=x&y&z=&&q==",
        "a=1+2&b=%C3%A1&c=%FF&d=%zz",
        "a=b=c;d=e&_-.~=~._-",
    ],
)
def test_a_query_and_a_form_are_read_as_werkzeug_reads_them(app: Application, sent: str) -> None:
    plain = Request.from_values(
        query_string=sent,
        data=sent,
        method="POST",
        content_type="application/x-www-form-urlencoded",
    )

    with app.test_request_context(
        query_string=sent,
        data=sent,
        method="POST",
        content_type="application/x-www-form-urlencoded",
    ):
        assert list(request.args.lists()) == list(plain.args.lists())
        assert list(request.form.lists()) == list(plain.form.lists())


def test_a_form_that_is_no_ascii_or_of_another_kind_is_left_to_werkzeug(app: Application) -> None:
    for kind, sent in (
        ("application/x-www-form-urlencoded", "tên=An".encode()),
        ("application/x-www-form-urlencoded", b"\xff=1"),
        ("application/x-www-form-urlencoded; charset=utf-8", b"a=1"),
        ("application/json", b"{}"),
    ):
        plain = Request.from_values(data=sent, method="POST", content_type=kind)
        with app.test_request_context(data=sent, method="POST", content_type=kind):
            assert list(request.form.lists()) == list(plain.form.lists())


def test_a_form_that_is_too_long_is_refused(app: Application) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 10
    app.add_url_rule("/post", "post", lambda: str(len(request.form)), methods=["POST"])

    assert app.test_client().post("/post", data={"a": "x" * 5}).text == "1"
    assert app.test_client().post("/post", data={"a": "x" * 50}).status_code == 413
