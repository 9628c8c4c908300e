"""Answers by form (OAuth 2.0 Form Post Response Mode), item 28 of the protocol's requirements."""

from html.parser import HTMLParser
from urllib.parse import urlencode, urlsplit

import pytest
import redis
from werkzeug.test import TestResponse

from idp.db.database import Database
from idp.db.encryption import BlindIndex
from tests.fakes.clock import FakeClock
from tests.fakes.protocol_house import ISSUER, ProtocolHouse
from tests.fakes.registrations import BASIC

CALLBACK = f"https://{BASIC}.example/callback"


@pytest.fixture
def house(
    sqlite_database: Database,
    redis_client: redis.Redis,
    redis_url: str,
    clock: FakeClock,
    index: BlindIndex,
) -> ProtocolHouse:
    return ProtocolHouse(sqlite_database, redis_client, redis_url, clock, index)


class Form(HTMLParser):
    """The one form of a page, as a browser reads it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = self.method = ""
        self.fields: list[tuple[str, str]] = []
        self.scripts: list[str] = []
        self.buttons: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        have = {name: value or "" for name, value in attrs}
        if tag == "form":
            assert not self.action
            self.action, self.method = have["action"], have["method"]
        elif tag == "input":
            assert have["type"] == "hidden"
            self.fields.append((have["name"], have["value"]))
        elif tag == "script":
            self.scripts.append(have["src"])
        elif tag == "button":
            self.buttons.append(have["id"])


def form_of(response: TestResponse) -> Form:
    assert response.status_code == 200, response.text
    return Form(response.text)


def test_28_a_code_is_posted(house: ProtocolHouse) -> None:
    browser = house.signed_in(house.someone())

    response = house.authorize(browser, response_mode="form_post", state='s"<é>&')

    form = form_of(response)
    assert (form.method, form.action) == ("post", CALLBACK)
    fields = dict(form.fields)
    assert len(form.fields) == len(fields)
    assert fields.keys() == {"code", "state", "iss"}
    assert (fields["state"], fields["iss"]) == ('s"<é>&', ISSUER)
    assert house.redeem(fields["code"]).status_code == 200


def test_28_nothing_of_it_is_in_an_address_or_kept(house: ProtocolHouse) -> None:
    browser = house.signed_in(house.someone())

    response = house.authorize(browser, response_mode="form_post")

    assert "Location" not in response.headers
    assert "Refresh" not in response.headers
    assert response.headers["Cache-Control"] == "no-store"


def test_28_the_page_may_post_elsewhere_and_run_its_own_script_only(house: ProtocolHouse) -> None:
    browser = house.signed_in(house.someone())

    response = house.authorize(browser, response_mode="form_post")

    policy = response.headers["Content-Security-Policy"]
    assert "form-action" not in policy  # Chromium holds it against the portal's redirects too
    assert "default-src 'none'; script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert response.headers["Referrer-Policy"] == "origin"  # else: `Origin: null`
    form = form_of(response)
    assert form.buttons == ["continue"]
    script = browser.get(form.scripts[-1])
    assert script.status_code == 200
    assert b"form-post" in script.data


@pytest.mark.parametrize(
    ("wish", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"prompt": "none", "max_age": "0"}, "login_required"),
        ({"request": "x"}, "request_not_supported"),
    ],
)
def test_14_28_errors_are_posted_too(
    house: ProtocolHouse, wish: dict[str, str | None], error: str
) -> None:
    browser = house.signed_in(house.someone())

    form = form_of(house.authorize(browser, response_mode="form_post", **wish))

    fields = dict(form.fields)
    assert form.action == CALLBACK
    assert fields.keys() == {"error", "error_description", "state", "iss"}
    assert (fields["error"], fields["state"], fields["iss"]) == (error, "the-state", ISSUER)


@pytest.mark.parametrize("mode", ["fragment", "query.jwt", "form_post.jwt", "FORM_POST", "web"])
def test_28_other_modes_are_refused_in_the_query(house: ProtocolHouse, mode: str) -> None:
    response = house.authorize(house.browser(), response_mode=mode)

    assert response.status_code == 303
    assert response.location.startswith(f"{CALLBACK}?error=invalid_request&")


def test_13_28_a_query_of_the_redirect_uri_is_kept(house: ProtocolHouse) -> None:
    browser = house.signed_in(house.someone())
    kept = f"{CALLBACK}?kept=1"

    form = form_of(house.authorize(browser, redirect_uri=kept, response_mode="form_post"))

    assert form.action == kept


def test_11_28_a_posted_request_is_answered_after_our_own_get(house: ProtocolHouse) -> None:
    browser = house.signed_in(house.someone())
    wanted = house.parameters(response_mode="form_post")
    posted = house.browser().http.post("/authorize", data=wanted)

    form = form_of(browser.get(posted.location))

    assert posted.status_code == 303
    assert "code" in dict(form.fields)


def test_28_after_a_post_of_ours_the_way_back_is_the_form(house: ProtocolHouse) -> None:
    browser = house.signed_in(house.someone())
    wanted = urlencode(house.parameters(response_mode="form_post", prompt="select_account"))
    question = browser.get(f"/authorize?{wanted}").location
    token = browser.get(question).text.partition('name="csrf_token" value="')[2].partition('"')[0]

    pressed = browser.http.post(question, data={"csrf_token": token, "decision": "continue"})
    form = form_of(browser.get(pressed.location))
    again = browser.get(pressed.location)

    assert urlsplit(pressed.location).path == "/continue"
    assert "code" in dict(form.fields)
    assert "form-post" not in again.text
    assert len(house.grants()) == 1


def test_28_the_page_speaks_the_language_that_was_asked_for(house: ProtocolHouse) -> None:
    browser = house.signed_in(house.someone())

    page = house.authorize(browser, response_mode="form_post", ui_locales="en").text

    assert f"Continue to Portal {BASIC}" in page
