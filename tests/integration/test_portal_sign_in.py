"""The good ways through a portal's sign-in."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from clients.kit.site import Site
from tests.fakes.openid_provider import SUBJECT
from tests.fakes.portal_browser import CLIENTS, PORTALS, SECRET, Browser, Stage, stage


@pytest.fixture(params=PORTALS)
def portal(request: pytest.FixtureRequest) -> Iterator[Stage]:
    opened = stage(request.param)
    yield opened
    opened.close()


@pytest.fixture
def browser(portal: Stage) -> Browser:
    return portal.browser()


def test_a_citizen_signs_in_and_is_greeted_by_name(browser: Browser) -> None:
    response = browser.sign_in()

    assert (response.status_code, response.headers["Location"]) == (303, "/")
    home = browser.get("/").text
    assert '<span id="citizen-name">Nguyễn Thị Bưởi</span>' in home
    assert 'id="verification-level">Mức xác minh 2<' in home
    for fact in (SUBJECT, "LoA2", "pwd otp sms mfa", "sid-of-this-sector", "27/03/1985"):
        assert fact in home
    assert '<time datetime="2026-11-21T02:12:05+00:00">09:12:05, 21/11/2026</time>' in home


def test_the_home_page_offers_sign_in_and_enrolment(browser: Browser) -> None:
    home, options = browser.get("/").text, browser.get("/sign-in-options").text

    assert 'id="open-sign-in" href="/sign-in-options">Đăng nhập</a>' in home
    assert 'id="enrol" href="/sign-in?prompt=create">Đăng ký</a>' in home
    assert '<a class="dvcqg-sign-in" id="sign-in" href="/sign-in">' in options
    assert "Đăng nhập Cổng DVC Quốc gia</a>" in options
    assert "Bạn sẽ được chuyển sang trang của Cổng Dịch vụ công Quốc gia" in options
    assert "Cổng DVC Quốc gia là gì?" in options


def test_enrolment_is_asked_for_by_prompt_create(portal: Stage, browser: Browser) -> None:
    browser.sign_in("/sign-in?prompt=create")

    assert portal.provider.authorizations[-1]["prompt"] == "create"
    assert browser.is_signed_in


@pytest.mark.parametrize(
    ("query", "name", "value"),
    [
        ("prompt=login", "prompt", "login"),
        ("prompt=none", "prompt", "none"),
        ("max_age=1", "max_age", "1"),
        ("acr_values=LoA3", "acr_values", "LoA3"),
        ("login_hint=052185000001", "login_hint", "052185000001"),
        ("lang=en", "ui_locales", "en"),
        (
            "essential_acr=LoA3",
            "claims",
            '{"id_token":{"acr":{"essential":true,"values":["LoA3","LoA4"]}}}',
        ),
    ],
)
def test_switches_reach_the_provider(browser: Browser, query: str, name: str, value: str) -> None:
    address = browser.to_provider(f"/sign-in?{query}")

    assert [value] == parse_qs(urlsplit(address).query)[name]


def test_nothing_optional_is_sent_unasked(browser: Browser) -> None:
    sent = parse_qs(urlsplit(browser.to_provider("/sign-in")).query)

    assert {
        "response_type",
        "client_id",
        "redirect_uri",
        "scope",
        "state",
        "nonce",
        "code_challenge",
        "code_challenge_method",
        "ui_locales",
    } == sent.keys()
    assert sent["ui_locales"] == ["vi"]


def test_the_request_can_be_posted(portal: Stage, browser: Browser) -> None:
    page = browser.get("/sign-in?method=post")

    assert f'<form method="post" action="{portal.provider.issuer}/authorize">' in page.text
    assert 'name="code_challenge_method" value="S256"' in page.text
    assert "form-action 'self' http://localhost:8400" in page.headers["Content-Security-Policy"]


def test_what_the_browser_holds_says_nothing(portal: Stage, browser: Browser) -> None:
    browser.sign_in()

    prefix = portal.site.cookie_prefix
    assert {f"{prefix}_session", f"{prefix}_browser"} == browser.cookies.keys()
    assert {43} == {len(value) for value in browser.cookies.values()}


def test_cookies_are_kept_from_scripts_and_from_other_sites(browser: Browser) -> None:
    begun = browser.get("/sign-in")
    ended = browser.get(browser.answer())

    for response in (begun, ended):
        (cookie,) = response.headers.getlist("Set-Cookie")
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Domain" not in cookie


def test_over_https_cookies_are_bound_to_the_host() -> None:
    site = Site.load(CLIENTS / "binh_dinh")
    secured = replace(site.registration, redirect_uri="https://portal.example/callback")
    opened = stage("binh_dinh", replace(site, registration=secured))

    cookie = opened.browser().get("/sign-in").headers["Set-Cookie"]

    assert cookie.startswith("__Host-bd_browser=")
    assert "; Secure" in cookie
    opened.close()


def test_each_sign_in_gets_a_new_session_handle(portal: Stage, browser: Browser) -> None:
    name = f"{portal.site.cookie_prefix}_session"
    browser.portal.set_cookie(name, "planted", domain="localhost")
    browser.sign_in()
    first = browser.cookies[name]
    browser.sign_in()
    second = browser.cookies[name]

    assert len({"planted", first, second}) == 3
    browser.portal.set_cookie(name, first, domain="localhost")
    assert not browser.is_signed_in


def test_two_tabs_sign_in_at_once(browser: Browser) -> None:
    first, second = browser.answer(), browser.answer("/sign-in?landing=/procedures/none")

    assert browser.get(second).headers["Location"] == "/procedures/none"
    assert browser.get(first).headers["Location"] == "/"


def test_a_session_ends_after_two_hours(portal: Stage, browser: Browser) -> None:
    browser.sign_in()
    portal.clock.pass_by(timedelta(hours=2))

    assert not browser.is_signed_in


def test_a_rotated_key_is_fetched_once(portal: Stage, browser: Browser) -> None:
    browser.sign_in()
    portal.provider.rotate()
    browser.sign_in()
    browser.sign_in()

    assert browser.is_signed_in
    assert portal.provider.fetched.count("/jwks") == 2
    assert portal.provider.fetched.count("/.well-known/openid-configuration") == 1


def test_a_key_taken_back_is_believed_for_an_hour_at_most(portal: Stage, browser: Browser) -> None:
    browser.sign_in()
    portal.clock.pass_by(timedelta(hours=1))
    browser.sign_in()

    assert portal.provider.fetched.count("/jwks") == 2


def test_a_stale_discovery_document_outlives_an_outage_of_its_page(
    portal: Stage, browser: Browser
) -> None:
    browser.sign_in()
    portal.clock.pass_by(timedelta(hours=1))
    portal.provider.issuer, issuer = "http://localhost:1", portal.provider.issuer
    address = browser.to_provider("/sign-in")

    assert address.startswith(f"{issuer}/authorize?")


def test_reading_the_consent_page_makes_nobody_too_old(portal: Stage, browser: Browser) -> None:
    address = browser.to_provider("/sign-in?max_age=1")
    portal.provider.auth_time = portal.clock()
    portal.clock.pass_by(timedelta(minutes=4))

    assert browser.get(browser.at_provider(address)).status_code == 303


def test_a_provider_that_does_not_name_itself_is_accepted_when_it_never_promised(
    portal: Stage, browser: Browser
) -> None:
    portal.provider.names_itself = False
    browser.sign_in()

    assert browser.is_signed_in


def test_the_secret_stands_in_no_page_and_no_log(
    portal: Stage, browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    portal.provider.token_error = "invalid_client"
    page = browser.sign_in().text

    assert SECRET not in page + caplog.text
    assert "Nguyễn" not in caplog.text


def test_english_is_chosen_by_link_and_kept(browser: Browser) -> None:
    english = browser.get("/?lang=en").text

    assert '<html lang="en">' in english
    assert ">Register</a>" in english
    assert "Sign in with the National Public Service Portal" in browser.get("/sign-in-options").text
    assert ">Đăng ký</a>" in browser.get("/?lang=vi").text


def test_every_page_forbids_scripts_and_framing(browser: Browser) -> None:
    for path in ("/", "/sign-in-options", "/national-portal", "/nowhere", "/signed-out"):
        headers = browser.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert policy.endswith("form-action 'self'")
        assert "script-src" not in policy
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "same-origin"
