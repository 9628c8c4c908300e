"""The provider and a portal, each on a port of its own, and a tester who goes through a run."""

import re
import socket
import ssl
import tomllib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from http.cookiejar import Cookie
from pathlib import Path
from threading import Thread
from typing import Any, Protocol, Self

import httpx
from werkzeug.serving import WSGIRequestHandler, make_server

from clients.kit.portal import create_portal
from clients.kit.site import Site
from idp.integration_tests.cases import CASES, Must
from idp.integration_tests.model import CaseName, Screen

CLIENTS = Path(__file__).parents[2] / "clients"
_TRUSTS_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # all is http: no authorities to load
OWN_PORT = re.compile(r"http://localhost:840[12]")


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 (Werkzeug's own)
        """Say nothing."""


@contextmanager
def serving(app: Any, listening: socket.socket) -> Iterator[None]:
    """Serve *app* on a socket that listens already, until the block ends."""
    host, port = listening.getsockname()[:2]
    server = make_server(
        host, port, app, threaded=True, request_handler=_Quiet, fd=listening.fileno()
    )
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class TestedPortal:
    """A portal that runs: its registration at its port, and where it is."""

    __test__ = False

    folder: str
    registration: dict[str, Any] = field(repr=False)
    base: str
    home: Path
    listening: socket.socket = field(repr=False)

    sign_in: str | None = None

    @property
    def client_id(self) -> str:
        return str(self.registration["client_id"])

    @property
    def service(self) -> str | None:
        """A service of the portal that needs level 2."""
        return {"binh_dinh": "/procedures/BD-0002", "dak_lak": "/procedures/DL-0002"}[self.folder]

    @contextmanager
    def running(self, issuer: str, secret: str, now: Callable[[], datetime]) -> Iterator[None]:
        """Run it until the block ends."""
        file = self.home / f"{self.folder}.toml"
        text = (CLIENTS / self.folder / "registration.toml").read_text("utf-8")
        file.write_text(OWN_PORT.sub(self.base, text), "utf-8")
        site = Site.load(CLIENTS / self.folder, registration=file)
        portal = create_portal(
            site, issuer=issuer, client_secret=secret, secret_key="for tests only", clock=now
        )
        with ExitStack() as stack:
            stack.callback(portal.extensions["provider"].close)
            stack.enter_context(serving(portal, self.listening))
            yield


def portal_at(folder: str, listening: socket.socket, home: Path) -> TestedPortal:
    """The portal in *folder* of the clients, as it is registered at that socket's port."""
    base = f"http://localhost:{listening.getsockname()[1]}"
    text = (CLIENTS / folder / "registration.toml").read_text("utf-8")
    registration = tomllib.loads(OWN_PORT.sub(base, text))
    return TestedPortal(folder, registration, base, home, listening)


class Portal(Protocol):
    """A portal that runs; *sign_in* is where its own sign-in begins, if the test's pages cannot."""

    @property
    def client_id(self) -> str: ...
    @property
    def base(self) -> str: ...
    @property
    def service(self) -> str | None:
        """A page that needs a level, if not all do."""
        ...

    @property
    def sign_in(self) -> str | None: ...


class Tester:
    """A person with one browser, who does what the pages of a run say."""

    __test__ = False

    def __init__(self, link: str, portal: Portal) -> None:
        self.link = link
        self.portal = portal
        self.http = httpx.Client(
            follow_redirects=True, trust_env=False, timeout=20, verify=_TRUSTS_NOBODY
        )
        self.arrived: httpx.Response | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def go_through(self, name: CaseName) -> httpx.Response:
        """Do one case to its end; the page after the result."""
        if 'id="screen-does_not_apply"' in self.open_case(name).text:
            return self.record(name, Screen.DOES_NOT_APPLY)
        self.begin(name)
        self.visit_portal(name)
        return self.record(name, self.screen(name))

    def begin(self, name: CaseName) -> None:
        """Press "begin", with a portal nobody is signed in to."""
        self._forget_portal()
        page = self.open_case(name)
        self.press(page, "begin")

    def visit_portal(self, name: CaseName) -> None:
        """Sign in at the portal, and do what else the case asks for."""
        page = self.open_case(name)
        start = _href(page, "open-portal")
        own_start = self.portal.sign_in
        if CASES[name].must is Must.REFUSE_LEVEL:
            own_start = self.portal.service or own_start
        self.arrived = self.http.get(f"{self.portal.base}{own_start}" if own_start else start)
        match CASES[name].must:
            case Must.SPEND_STATE:
                again = _href(self.open_case(name), "send-again")
                self.arrived = self.http.get(httpx.URL(self.link).join(again))
            case Must.SIGN_OUT:
                self.press(self.open_case(name), "tell_logout")

    def screen(self, name: CaseName) -> Screen:
        """What the portal shows."""
        assert self.arrived is not None
        if self.portal.service is not None and CASES[name].must is Must.REFUSE_LEVEL:
            open_ = 'id="procedure-code"' in self.arrived.text
            return Screen.SIGNED_IN if open_ else Screen.TURNED_AWAY
        if 'id="citizen-name"' in self.http.get(f"{self.portal.base}/").text:
            return Screen.SIGNED_IN
        return Screen.BROKEN if self.arrived.status_code >= 500 else Screen.TURNED_AWAY

    def record(self, name: CaseName, screen: Screen) -> httpx.Response:
        """Say what the portal shows."""
        return self.press(self.open_case(name), "record", screen=screen.value)

    def open_list(self) -> httpx.Response:
        return self.http.get(self.link)

    def open_case(self, name: CaseName) -> httpx.Response:
        return self.http.get(f"{self.link.replace('?', '/case?')}&case={name}")

    def press(self, page: httpx.Response, action: str, **typed: str) -> httpx.Response:
        """Send the form of *page* that does *action*."""
        form = next(form for form in _forms(page.text) if form.get("action", "") == action)
        return self.http.post(str(page.url), data=form | typed)

    def _forget_portal(self) -> None:
        jar = self.http.cookies.jar
        kept: list[Cookie] = [cookie for cookie in jar if cookie.name.startswith("idp_")]
        jar.clear()
        for cookie in kept:
            jar.set_cookie(cookie)


_FORM = re.compile(r"<form[^>]*>(.*?)</form>", re.DOTALL)
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


def _forms(html: str) -> list[dict[str, str]]:
    return [
        {unescape(name): unescape(value) for name, value in _HIDDEN.findall(form)}
        for form in _FORM.findall(html)
    ]


def _href(page: httpx.Response, element: str) -> str:
    tag = next(
        (found for found in re.findall(r"<a [^>]*>", page.text) if f'id="{element}"' in found), None
    )
    assert tag is not None, f"{element} is not on {page.url}:\n{page.text}"
    address = re.search(r'href="([^"]*)"', tag)
    assert address is not None
    return unescape(address[1])
