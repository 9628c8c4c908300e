"""An answer by form crosses from our site to the portal's in a real browser, scripts or not."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Thread
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import redis
from flask import Flask, redirect, request
from playwright.sync_api import Browser, Page
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Response

from idp.db.database import Database
from idp.db.encryption import BlindIndex
from tests.fakes.clock import FakeClock
from tests.fakes.protocol_house import ISSUER, ProtocolHouse
from tests.fakes.registrations import CHALLENGE, registration

pytestmark = pytest.mark.e2e

PORTAL = "portal"


class _Silent(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@contextmanager
def served(app: Any, host: str) -> Iterator[str]:
    """Serve *app* until the block ends; the origin it has."""
    server = make_server(host, 0, app, threaded=True, request_handler=_Silent)
    serving = Thread(target=server.serve_forever)
    serving.start()
    try:
        yield f"http://{host}:{server.port}"
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


@dataclass
class Received:
    """What came to the portal's callback."""

    fields: list[dict[str, str]] = field(default_factory=list)
    origins: list[str | None] = field(default_factory=list)
    referers: list[str | None] = field(default_factory=list)


def portal_app(received: Received, elsewhere: str) -> Flask:
    """A portal that is on another site than we are, and sends its visitors on to a third."""
    app = Flask("portal", static_folder=None)

    @app.post("/callback")
    def callback() -> Response:
        assert request.content_type == "application/x-www-form-urlencoded"
        assert not request.query_string
        received.fields.append(request.form.to_dict())
        received.origins.append(request.headers.get("Origin"))
        received.referers.append(request.headers.get("Referer"))
        return redirect(f"{elsewhere}/done", 303)

    @app.get("/ask")
    def ask() -> str:
        fields = "".join(
            f'<input type="hidden" name="{name}" value="{value}">'
            for name, value in request.args.items()
            if name != "action"
        )
        action = request.args["action"]
        return f'<form method="post" action="{action}">{fields}<button id="go">Go</button></form>'

    app.add_url_rule("/favicon.ico", "icon", lambda: ("", 204))
    return app


def third_app() -> Flask:
    app = Flask("third", static_folder=None)
    app.add_url_rule("/done", "done", lambda: "<title>Done</title>")
    app.add_url_rule("/favicon.ico", "icon", lambda: ("", 204))
    return app


@dataclass
class Scene:
    """The provider, the portal, and what it received."""

    house: ProtocolHouse
    provider: str
    portal: str
    received: Received

    def request(self, **changes: str) -> dict[str, str]:
        return {
            "response_type": "code",
            "response_mode": "form_post",
            "client_id": PORTAL,
            "redirect_uri": f"{self.portal}/callback",
            "scope": "openid",
            "state": 's"<&>é',
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        } | changes


@pytest.fixture
def scene(
    sqlite_database: Database,
    redis_client: redis.Redis,
    redis_url: str,
    clock: FakeClock,
    index: BlindIndex,
) -> Iterator[Scene]:
    received = Received()
    with ExitStack() as stack:
        third = stack.enter_context(served(third_app(), "127.0.0.1"))
        portal = stack.enter_context(served(portal_app(received, third), "127.0.0.1"))
        registered = registration(
            PORTAL,
            redirect_uris=[f"{portal}/callback"],
            post_logout_redirect_uris=None,
            initiate_login_uri=None,
        )
        house = ProtocolHouse(
            sqlite_database, redis_client, redis_url, clock, index, registrations=(registered,)
        )
        provider = stack.enter_context(served(house.app, "localhost"))
        yield Scene(house, provider, portal, received)


OpenPage = Callable[[], Page]


@pytest.fixture(params=["scripts", "no-scripts"])
def open_page(
    request: pytest.FixtureRequest, chromium: Browser, scene: Scene
) -> Iterator[OpenPage]:
    """Open a page of a citizen who is signed in and has agreed; no console may complain."""
    contexts, complaints, addresses = [], [], []

    def open_() -> Page:
        context = chromium.new_context(java_script_enabled=request.param == "scripts")
        contexts.append(context)
        browser = scene.house.browser()
        handle = scene.house.sign_in(browser, scene.house.someone(PORTAL))
        scene.house.clock.advance(timedelta(seconds=1))
        context.add_cookies([{"name": "idp_session", "value": handle, "url": scene.provider}])
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("request", lambda sent: addresses.append(sent.url))
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []
    assert not any("code=" in urlsplit(address).query for address in addresses)


def arrive(page: Page, *, scripts: bool) -> None:
    """Be at the third site: by itself where scripts run, by the button where not."""
    if not scripts:
        assert page.inner_text("#continue") == f"Tiếp tục vào Cổng {PORTAL}"
        page.click("#continue")
    page.wait_for_url("**/done")


@pytest.fixture
def scripts(request: pytest.FixtureRequest) -> bool:
    """Whether scripts run in this case."""
    return "no-scripts" not in request.node.name


def test_28_a_silent_answer_arrives(scene: Scene, open_page: OpenPage, *, scripts: bool) -> None:
    page = open_page()

    page.goto(f"{scene.provider}/authorize?{urlencode(scene.request())}")
    arrive(page, scripts=scripts)

    (fields,) = scene.received.fields
    assert fields.keys() == {"code", "state", "iss"}
    assert (fields["state"], fields["iss"]) == ('s"<&>é', ISSUER)
    assert scene.received.origins == [scene.provider]
    assert scene.received.referers == [f"{scene.provider}/"]


def test_28_an_answer_after_a_post_of_ours_arrives(
    scene: Scene, open_page: OpenPage, *, scripts: bool
) -> None:
    page = open_page()

    page.goto(f"{scene.provider}/authorize?{urlencode(scene.request(prompt='select_account'))}")
    page.click("#go-on")
    arrive(page, scripts=scripts)

    assert "code" in scene.received.fields[0]


def test_28_an_error_arrives(scene: Scene, open_page: OpenPage, *, scripts: bool) -> None:
    page = open_page()

    page.goto(f"{scene.provider}/authorize?{urlencode(scene.request(prompt='none', max_age='0'))}")
    arrive(page, scripts=scripts)

    (fields,) = scene.received.fields
    assert fields["error"] == "login_required"
    assert fields["state"] == 's"<&>é'


def test_11_28_a_posted_request_is_answered_by_a_posted_answer(
    scene: Scene, open_page: OpenPage, *, scripts: bool
) -> None:
    page = open_page()
    asked = scene.request(state="s") | {"action": f"{scene.provider}/authorize"}

    page.goto(f"{scene.portal}/ask?{urlencode(asked)}")
    page.click("#go")
    arrive(page, scripts=scripts)

    assert "code" in scene.received.fields[0]


def test_28_going_back_shows_no_code_again(
    scene: Scene, open_page: OpenPage, *, scripts: bool
) -> None:
    page = open_page()
    page.goto(f"{scene.provider}/authorize?{urlencode(scene.request(prompt='select_account'))}")
    page.click("#go-on")
    way_back = page.url if not scripts else None
    arrive(page, scripts=scripts)

    if way_back is not None:
        page.goto(way_back)
        assert page.locator("#form-post").count() == 0
    assert len(scene.received.fields) == 1
