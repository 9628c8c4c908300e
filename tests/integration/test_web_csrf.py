"""A form counts only from the browser it was shown in."""

import re

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from idp.core.mac import Mac
from idp.login.forms import LoginForm
from idp.logout.forms import SignOutForm
from idp.web.csrf import form_token
from idp.web.forms import Form
from idp.web.pages import Pages
from tests.page_gallery import make_app


def add_form(app: Flask, pages: Pages, path: str, form_class: type[Form]) -> None:
    def view() -> Response:
        form = pages.form(form_class)
        return pages.render("logout/confirm.html", form=form)

    app.add_url_rule(path, path, view, methods=["GET", "POST"])


@pytest.fixture
def app() -> Flask:
    app, pages = make_app()
    add_form(app, pages, "/sign-out", SignOutForm)
    add_form(app, pages, "/login", LoginForm)
    return app


def token_on(client: FlaskClient, path: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert found
    return found[1]


def test_own_form_is_read(app: Flask) -> None:
    browser = app.test_client()
    token = token_on(browser, "/sign-out")

    assert browser.post("/sign-out", data={"csrf_token": token}).status_code == 200


def test_token_of_another_browser_is_refused(app: Flask) -> None:
    attacker, victim = app.test_client(), app.test_client()
    token = token_on(attacker, "/sign-out")
    victim.get("/sign-out")

    response = victim.post("/sign-out", data={"csrf_token": token})

    assert response.status_code == 400
    assert "Trang đã mở quá lâu" in response.text


def test_token_of_another_form_is_refused(app: Flask) -> None:
    browser = app.test_client()
    token = token_on(browser, "/sign-out")

    assert browser.post("/login", data={"csrf_token": token}).status_code == 400


@pytest.mark.parametrize("data", [{}, {"csrf_token": ""}, {"csrf_token": "tệp"}])
def test_no_token_is_no_form(app: Flask, data: dict[str, str]) -> None:
    browser = app.test_client()
    browser.get("/sign-out")

    response = browser.post("/sign-out?i=abc", data=data)

    assert response.status_code == 400
    assert 'href="?i=abc"' in response.text


def test_a_browser_without_cookies_is_told_so(app: Flask) -> None:
    browser = app.test_client(use_cookies=False)
    token = token_on(browser, "/sign-out")

    response = browser.post("/sign-out", data={"csrf_token": token})

    assert response.status_code == 400
    assert "Trình duyệt chưa gửi cookie" in response.text
    assert response.text.count('class="button"') == 1


def test_a_planted_cookie_that_is_no_handle_counts_as_none(app: Flask) -> None:
    browser = app.test_client()
    browser.set_cookie("idp_browser", "x")

    response = browser.post("/sign-out", data={"csrf_token": "y"})

    assert "Trình duyệt chưa gửi cookie" in response.text


def test_reading_a_page_twice_keeps_the_browser(app: Flask) -> None:
    browser = app.test_client()

    assert token_on(browser, "/sign-out") == token_on(browser, "/sign-out")
    assert "Set-Cookie" not in browser.get("/sign-out").headers


def test_token_depends_on_key_browser_and_form() -> None:
    tokens = {
        form_token(key, browser, form)  # type: ignore[arg-type]
        for key in (Mac(b"a"), Mac(b"b"))
        for browser in ("x", "y")
        for form in ("LoginForm", "OtpForm")
    }

    assert len(tokens) == 8


def test_cookie_says_nothing_and_goes_nowhere() -> None:
    app, pages = make_app()
    add_form(app, pages, "/sign-out", SignOutForm)

    cookie = app.test_client().get("/sign-out").headers["Set-Cookie"]

    assert re.match(r"idp_browser=[A-Za-z0-9_-]{43};", cookie)
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert "Secure" not in cookie


def test_cookie_is_pinned_to_the_host_over_https() -> None:
    app, pages = make_app(secure=True)
    add_form(app, pages, "/sign-out", SignOutForm)

    cookie = app.test_client().get("/sign-out", base_url="https://id.example").headers["Set-Cookie"]

    assert cookie.startswith("__Host-idp_browser=")
    assert "Secure" in cookie
    assert "Domain" not in cookie
