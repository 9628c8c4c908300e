"""A form is answered by a 303, and the page it leads to can be gone back to."""

import re
from typing import Final, Never
from urllib.parse import parse_qs, urlsplit

import pytest
import redis
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from idp.adapters.redis.shown_pages import RedisShownPages
from idp.core.handles import new_handle
from tests.fakes.citizen_site import Site
from tests.integration.test_enrolment import set_password, to_password
from tests.integration.test_sign_in_tells_nothing import redis_calls

WRONG: Final = {"username": "052190000099", "password": "Song Hàn-82 chiều"}
TRIES: Final = 5


class Desk:
    """A browser that follows nothing by itself, at the page where one signs in."""

    def __init__(self, site: Site, path: str = "/login") -> None:
        walked = site.from_portal(site.browser(), create=False).open(path)
        self.interaction = walked.interaction
        self.url = f"{path}?i={self.interaction}"
        self.http = FlaskClient(site.app, site.app.response_class)
        self.http.set_cookie("idp_browser", walked.cookie("idp_browser"))

    def token(self) -> str:
        page = self.http.get(self.url).text
        return re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page)[0]

    def send(self, url: str | None = None, **typed: str) -> TestResponse:
        return self.http.post(url or self.url, data={"csrf_token": self.token()} | typed)


@pytest.fixture
def desk(site: Site) -> Desk:
    return Desk(site)


def counted_tries(site: Site) -> int:
    """The wrong passwords that were counted, in the shortest window of the number."""
    keys = list(site.redis.scan_iter("budget:password*|60"))
    return sum(int(site.redis.get(key) or 0) for key in keys)


def test_a_wrong_password_is_answered_by_a_303_to_its_own_page(desk: Desk) -> None:
    led = desk.send(**WRONG)

    assert led.status_code == 303
    assert led.headers["Cache-Control"] == "no-store"
    to = urlsplit(led.headers["Location"])
    assert (to.scheme, to.netloc, to.path) == ("", "", "/login")
    assert parse_qs(to.query).keys() == {"i", "shown"}
    assert WRONG["username"] not in led.text
    page = desk.http.get(led.headers["Location"])
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert "form-action 'self'" in page.headers["Content-Security-Policy"]
    assert "Số CMT/CCCD hoặc mật khẩu không đúng" in page.text
    assert WRONG["username"] in page.text
    assert WRONG["password"] not in page.text


def test_looking_again_counts_nothing(desk: Desk, site: Site) -> None:
    url = desk.send(**WRONG).headers["Location"]

    pages = [desk.http.get(url) for _ in range(TRIES)]

    assert {page.text for page in pages} == {pages[0].text}
    assert counted_tries(site) == 1


def test_status_and_wait_are_kept_too(desk: Desk) -> None:
    for _ in range(TRIES):
        desk.send(**WRONG)

    page = desk.http.get(desk.send(**WRONG).headers["Location"])

    assert page.status_code == 429
    assert 'id="password"' not in page.text


def test_the_address_shows_another_browser_nothing(desk: Desk, site: Site) -> None:
    url = desk.send(**WRONG).headers["Location"]
    other = FlaskClient(site.app, site.app.response_class)

    for _ in range(2):  # without a cookie, and with one of its own
        led = other.get(url)
        assert (led.status_code, led.headers["Location"]) == (303, desk.url)
        assert WRONG["username"] not in led.text
        other.get("/login")
    assert other.get(desk.url).status_code == 403


@pytest.mark.parametrize("handle", ["", "x", "%00", "%F0%9F", "a" * 43])
def test_an_address_that_shows_nothing_leads_to_the_page_itself(desk: Desk, handle: str) -> None:
    for url in (
        f"{desk.url}&shown={handle}",
        f"/login?shown={handle}&shown=b&i={desk.interaction}",
    ):
        led = desk.http.get(url)

        assert (led.status_code, led.headers["Location"]) == (303, desk.url)


def test_it_is_shown_at_its_own_path_only(desk: Desk) -> None:
    query = urlsplit(desk.send(**WRONG).headers["Location"]).query

    led = desk.http.get(f"/recover?{query}")

    assert (led.status_code, led.headers["Location"]) == (303, f"/recover?i={desk.interaction}")


@pytest.mark.parametrize("path", ["//evil.example/login", "//evil.example/", "/nowhere", "/help"])
def test_where_no_form_is_nothing_leads_anywhere(desk: Desk, path: str) -> None:
    answer = desk.http.get(f"/?shown={new_handle()}", environ_overrides={"PATH_INFO": path})

    assert answer.status_code in {200, 308, 404}
    assert urlsplit(answer.headers.get("Location", "")).netloc in {"", "localhost"}


def test_the_next_answer_takes_the_place_of_the_last_in_the_address(desk: Desk) -> None:
    first = desk.send(**WRONG).headers["Location"]
    second = desk.send(first, **WRONG).headers["Location"]

    assert len(parse_qs(urlsplit(second).query)["shown"]) == 1
    assert first != second
    assert desk.http.get(second).status_code == 200


def test_the_language_switch_leads_to_the_page_itself(desk: Desk) -> None:
    url = desk.send(**WRONG).headers["Location"]
    again = desk.http.get(desk.send(url, **WRONG).headers["Location"]).text

    (switch,) = re.findall(r'href="(\?[^"]*lang=en[^"]*)"', again)
    assert "shown" not in switch
    english = desk.http.get(f"/login{switch.replace('&amp;', '&')}")
    assert english.status_code == 200
    assert '<html lang="en"' in english.text


def test_a_form_without_its_token_keeps_nothing(desk: Desk, site: Site) -> None:
    before = set(site.redis.scan_iter())

    for token in ({}, {"csrf_token": "forged"}):
        answer = desk.http.post(desk.url, data=WRONG | token)
        assert answer.status_code == 400
    stranger = FlaskClient(site.app, site.app.response_class)
    led = stranger.post(desk.url, data=WRONG)
    assert (led.status_code, led.headers["Location"]) == (303, desk.url)

    assert set(site.redis.scan_iter()) == before


def test_a_form_that_comes_too_late_is_told_so_by_a_get(desk: Desk, site: Site) -> None:
    token = desk.token()
    site.redis.delete(f"interaction:{desk.interaction}")
    led = desk.http.post(desk.url, data=WRONG | {"csrf_token": token})

    assert (led.status_code, led.headers["Location"]) == (303, desk.url)
    assert desk.http.get(led.headers["Location"]).status_code == 410


def test_signing_in_forgets_what_was_typed_before(site: Site) -> None:
    browser = to_password(site)
    browser.submit(new_password="1", confirm_password="2")
    kept = list(site.redis.scan_iter("shown_page*"))
    set_password(browser)

    assert len(kept) > 1
    assert browser.page == "/enrol/done"
    assert list(site.redis.scan_iter("shown_page*")) == []


def test_a_page_that_answers_no_form_costs_redis_nothing_more(desk: Desk, site: Site) -> None:
    before = redis_calls(site)
    desk.http.get("/help")

    assert redis_calls(site) - before == 1  # what counts the calls is one


def test_a_store_that_goes_away_meanwhile_is_an_outage_and_no_fault(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> Never:
        raise redis.ConnectionError

    monkeypatch.setattr(RedisShownPages, "keep", away)

    assert desk.send(**WRONG).status_code == 503


def test_where_no_more_is_kept_the_answer_comes_at_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RedisShownPages, "keep", lambda *_, **__: None)

    answer = desk.send(**WRONG)

    assert answer.status_code == 200
    assert "Số CMT/CCCD hoặc mật khẩu không đúng" in answer.text


def test_pages_are_counted_by_network_before_anybody_signs_in(desk: Desk, site: Site) -> None:
    desk.send(**WRONG)
    http = FlaskClient(site.app, site.app.response_class)
    (token, *_) = re.findall(
        r'name="csrf_token"[^>]*value="([^"]+)"', http.get("/console/sign-in").text
    )
    assert http.post("/console/sign-in", data={"csrf_token": token}).status_code == 303

    counted = [site.redis.get(key) for key in site.redis.scan_iter("budget:shown_pages_per_*")]
    assert counted == [b"2", b"2"]
