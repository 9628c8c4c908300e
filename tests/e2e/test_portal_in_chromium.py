"""A portal and the provider's double over real HTTP, in a real browser, without scripts."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.serving import WSGIRequestHandler, make_server

from clients.kit.clock import utc_now
from clients.kit.portal import create_portal
from clients.kit.site import Site
from tests.fakes.openid_provider import OpenIdProvider, SetClock
from tests.fakes.portal_browser import CLIENTS, SECRET

pytestmark = pytest.mark.e2e


class Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


class RealClock(SetClock):
    def __call__(self) -> Any:
        return utc_now()


@dataclass
class Opened:
    base: str
    provider: OpenIdProvider
    page: Page


@contextmanager
def served(app: Any, listener: socket.socket) -> Iterator[None]:
    host, port = listener.getsockname()
    server = make_server(
        host, port, app, threaded=True, request_handler=Quiet, fd=listener.fileno()
    )
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def opened(chromium: Browser) -> Iterator[Opened]:
    with ExitStack() as stack:
        listeners = [stack.enter_context(socket.socket()) for _ in range(2)]
        for listener in listeners:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
        base, issuer = (f"http://localhost:{one.getsockname()[1]}" for one in listeners)
        site = Site.load(CLIENTS / "binh_dinh")
        registration = replace(
            site.registration,
            redirect_uri=f"{base}/callback",
            post_logout_redirect_uri=f"{base}/signed-out",
        )
        provider = OpenIdProvider(
            RealClock(),
            registration.client_id,
            SECRET,
            registration.token_endpoint_auth_method,
            registration.redirect_uri,
            issuer,
        )
        portal = create_portal(
            replace(site, registration=registration),
            issuer=issuer,
            client_secret=SECRET,
            secret_key="for tests only",
        )
        stack.callback(portal.extensions["provider"].close)
        stack.enter_context(served(portal, listeners[0]))
        stack.enter_context(served(provider, listeners[1]))
        context = chromium.new_context(
            java_script_enabled=False, viewport={"width": 320, "height": 640}
        )
        stack.callback(context.close)
        yield Opened(base, provider, context.new_page())


@pytest.fixture
def page(opened: Opened) -> Iterator[Page]:
    said: list[str] = []
    opened.page.context.clear_cookies()
    opened.page.on("console", lambda message: said.append(message.text))
    yield opened.page
    assert [line for line in said if "Content Security Policy" in line] == []


@pytest.mark.parametrize("start", ["/sign-in-options", "/sign-in?method=post"])
def test_sign_in_arrives_by_link_and_by_form(opened: Opened, page: Page, start: str) -> None:
    page.goto(opened.base + start)
    page.click("#sign-in")
    page.wait_for_selector("#citizen-name")

    assert page.url == f"{opened.base}/"
    assert page.inner_text("#verification-level") == "Mức xác minh 2"


def test_sign_out_gets_past_the_form_action_rule(opened: Opened, page: Page) -> None:
    page.goto(f"{opened.base}/sign-in")
    page.click("#sign-out")
    page.wait_for_url("**/signed-out?state=*")

    assert "và Cổng Dịch vụ công Quốc gia." in page.inner_text("main")
    page.goto(f"{opened.base}/")
    assert page.inner_text("#open-sign-in") == "Đăng nhập"


@pytest.mark.parametrize("path", ["/", "/sign-in-options", "/nowhere", "/procedures/BD-0003"])
def test_no_page_is_wider_than_a_small_phone(opened: Opened, page: Page, path: str) -> None:
    page.goto(f"{opened.base}/sign-in")
    page.goto(opened.base + path)

    widest = page.locator("html").evaluate("html => html.scrollWidth")
    assert widest <= 320


def test_the_button_is_that_of_the_kit(opened: Opened, page: Page) -> None:
    """Its style is loaded under the portal's policy, and a finger finds it on a small phone."""
    page.goto(f"{opened.base}/sign-in-options")
    button = page.locator("#sign-in")
    box = button.bounding_box()

    assert button.inner_text() == "Đăng nhập Cổng DVC Quốc gia"
    assert box is not None
    assert box["height"] >= 48
    assert box["width"] >= 44
    fill = button.evaluate("button => getComputedStyle(button).backgroundColor")
    assert fill == "rgb(8, 68, 66)"


def test_the_demonstration_of_the_button_is_served(opened: Opened, page: Page) -> None:
    page.goto(f"{opened.base}/button/demo.html")
    sides = page.eval_on_selector_all(
        ".dvcqg-sign-in",
        "all => all.map(one => one.getBoundingClientRect()).map(box => [box.width, box.height])",
    )

    assert len(sides) == 4
    assert min(min(pair) for pair in sides) >= 44
    assert page.locator("html").evaluate("html => html.scrollWidth") <= 320
