"""Signing out: of the portal at once, of the provider by way of a page of our own."""

import html
import re
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from joserfc import jws

from tests.fakes.portal_browser import PORTALS, Browser, Stage, stage


@pytest.fixture(params=PORTALS)
def portal(request: pytest.FixtureRequest) -> Iterator[Stage]:
    opened = stage(request.param)
    yield opened
    opened.close()


@pytest.fixture
def browser(portal: Stage) -> Browser:
    signed_in = portal.browser()
    signed_in.sign_in()
    return signed_in


def sign_out_token(browser: Browser) -> str:
    found = re.search(r'name="token" value="([^"]+)"', browser.get("/").text)
    assert found
    return found[1]


def press_sign_out(browser: Browser) -> None:
    response = browser.post("/sign-out", data={"token": sign_out_token(browser)})
    assert response.status_code == 303
    assert response.headers["Location"] == "/leaving"


def address_of(page: str) -> str:
    found = re.search(r'id="continue" href="([^"]+)"', page)
    assert found
    return html.unescape(found[1])


def test_the_portals_session_ends_before_the_provider_is_asked(browser: Browser) -> None:
    press_sign_out(browser)

    assert not browser.is_signed_in
    assert browser.stage.provider.logouts == []


def test_the_way_out_leads_through_the_provider_and_back(browser: Browser) -> None:
    press_sign_out(browser)
    page = browser.get("/leaving")
    address = address_of(page.text)

    assert page.status_code == 200
    assert page.headers["Refresh"] == f"0; url={address}"
    back = browser.at_provider(address)
    (sent,) = browser.stage.provider.logouts
    registration = browser.stage.site.registration
    assert sent.keys() == {"id_token_hint", "post_logout_redirect_uri", "state", "ui_locales"}
    assert sent["ui_locales"] == "vi"
    assert sent["post_logout_redirect_uri"] == registration.post_logout_redirect_uri
    assert jws.extract_compact(sent["id_token_hint"].encode()).headers()["alg"] == "ES256"
    assert "và Cổng Dịch vụ công Quốc gia." in browser.get(back).text


def test_the_way_out_survives_a_reload(browser: Browser) -> None:
    press_sign_out(browser)

    assert address_of(browser.get("/leaving").text) == address_of(browser.get("/leaving").text)


def test_a_strangers_way_back_confirms_nothing(browser: Browser) -> None:
    press_sign_out(browser)

    page = browser.get("/signed-out?state=made-up").text

    assert "chưa xác nhận đăng xuất" in page


def test_the_way_out_is_forgotten_after_ten_minutes(portal: Stage, browser: Browser) -> None:
    press_sign_out(browser)
    portal.clock.pass_by(timedelta(minutes=10))

    assert browser.get("/leaving").headers["Location"] == "/signed-out"


@pytest.mark.parametrize("token", ["", "made-up", "ộ"])
def test_another_site_cannot_sign_anybody_out(browser: Browser, token: str) -> None:
    response = browser.post("/sign-out", data={"token": token})

    assert response.status_code == 400
    assert browser.is_signed_in


def test_one_citizens_form_does_not_sign_another_out(portal: Stage, browser: Browser) -> None:
    other = portal.browser()
    other.sign_in()

    assert other.post("/sign-out", data={"token": sign_out_token(browser)}).status_code == 400


def test_a_link_signs_nobody_out(browser: Browser) -> None:
    response = browser.get("/sign-out")

    assert response.status_code == 405
    assert response.allow == {"OPTIONS", "POST"}
    assert browser.is_signed_in


def test_a_second_press_does_no_harm(browser: Browser) -> None:
    token = sign_out_token(browser)
    name = f"{browser.stage.site.cookie_prefix}_session"
    handle = browser.cookies[name]
    browser.post("/sign-out", data={"token": token})
    browser.portal.set_cookie(name, handle, domain="localhost")

    again = browser.post("/sign-out", data={"token": token})

    assert again.headers["Location"] == "/signed-out"


def test_a_provider_without_sign_out_ends_the_portals_session_all_the_same() -> None:
    opened = stage("binh_dinh")
    opened.provider.ends_sessions = False
    browser = opened.browser()
    browser.sign_in()
    press_sign_out(browser)

    assert browser.get("/leaving").headers["Location"] == "/signed-out"
    assert not browser.is_signed_in
    opened.close()


def test_an_absent_provider_keeps_nobody_signed_in() -> None:
    opened = stage("binh_dinh")
    browser = opened.browser()
    browser.sign_in()
    token = sign_out_token(browser)
    fresh = stage("binh_dinh")  # the same portal after a restart that lost its discovery document
    fresh.wire.failure = httpx.ConnectError

    browser.post("/sign-out", data={"token": token})

    assert not browser.is_signed_in
    page = fresh.browser().get("/leaving")
    assert page.status_code == 503
    assert "chưa xác nhận đăng xuất" in page.text
    opened.close()
    fresh.close()
