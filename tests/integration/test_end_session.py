"""Signing out at a relying party's wish, by the numbers of the protocol's requirements."""

import base64
import json
import re
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

import pytest
import redis

from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.settings import Rate
from idp.throttling.ports import Budget
from tests.fakes.clock import FakeClock
from tests.fakes.protocol_house import Browser, ProtocolHouse, answer_of
from tests.fakes.registrations import BASIC, POST

BYE = f"https://{BASIC}.example/bye"


@pytest.fixture
def house(
    sqlite_database: Database,
    redis_client: redis.Redis,
    redis_url: str,
    clock: FakeClock,
    index: BlindIndex,
) -> ProtocolHouse:
    return ProtocolHouse(sqlite_database, redis_client, redis_url, clock, index)


@pytest.fixture
def browser(house: ProtocolHouse) -> Browser:
    return house.signed_in(house.someone())


@pytest.fixture
def hint(house: ProtocolHouse, browser: Browser) -> str:
    return str(house.tokens_for(browser)["id_token"])


def is_signed_in(house: ProtocolHouse, browser: Browser) -> bool:
    answer = answer_of(house.authorize(browser, prompt="none"))
    assert ("code" in answer) != (answer.get("error") == "login_required")
    return "code" in answer


def log_out(browser: Browser, **parameters: str) -> object:
    return browser.get(f"/logout?{urlencode(parameters)}")


def confirm(browser: Browser, url: str, page: str) -> object:
    """Press the button of the question."""
    assert 'id="logout-confirm"' in page
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    return browser.http.post(url, data={"csrf_token": token})


def test_52_a_token_of_this_session_needs_no_question(
    house: ProtocolHouse, browser: Browser, hint: str
) -> None:
    answer = log_out(browser, id_token_hint=hint, post_logout_redirect_uri=BYE, state="a b&=é")

    assert answer.status_code == 303
    assert answer.location == f"{BYE}?state=a%20b%26%3D%C3%A9"
    assert not browser.cookie("idp_session")
    assert not is_signed_in(house, browser)
    assert house.events()[-1] == "signed_out"


def test_52_the_state_goes_back_only_if_it_was_sent(browser: Browser, hint: str) -> None:
    assert log_out(browser, id_token_hint=hint, post_logout_redirect_uri=BYE).location == BYE


def test_52_a_post_comes_to_the_same_end(house: ProtocolHouse, browser: Browser, hint: str) -> None:
    form = {"id_token_hint": hint, "post_logout_redirect_uri": BYE, "state": "s"}
    posted = house.browser().http.post("/logout", data=form)  # no cookie crosses sites

    assert posted.status_code == 303
    assert urlsplit(posted.location).path == "/logout"
    assert "Set-Cookie" not in posted.headers
    assert hint not in posted.location
    assert browser.get(posted.location).location == f"{BYE}?state=s"
    assert not is_signed_in(house, browser)


@pytest.mark.parametrize(
    "uri", [f"{BYE}?x=1", f"{BYE}/", "https://evil.example", f"https://{POST}.example/bye"]
)
def test_53_no_redirect_to_what_is_not_registered(
    house: ProtocolHouse, browser: Browser, hint: str, uri: str
) -> None:
    answer = log_out(browser, id_token_hint=hint, post_logout_redirect_uri=uri)

    assert answer.status_code == 400
    assert '<code id="parameter">post_logout_redirect_uri</code>' in answer.text
    assert is_signed_in(house, browser)


def test_53_who_wanted_to_leave_can_all_the_same(
    house: ProtocolHouse, browser: Browser, hint: str
) -> None:
    """The page leads to our own question, not back to the portal, where one would be signed in."""
    wrong = log_out(browser, id_token_hint=hint, post_logout_redirect_uri=f"{BYE}/")
    assert "<h1>Chưa đăng xuất được</h1>" in wrong.text
    assert re.findall(r'<a class="button"[^>]* href="([^"]*)"', wrong.text) == ["/logout"]

    answer = confirm(browser, "/logout", browser.get("/logout").text)

    assert urlsplit(answer.location).path == "/signed-out"
    assert not is_signed_in(house, browser)


def tampered(token: str, **changes: object) -> str:
    header, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "==")) | changes
    altered = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"{header}.{altered}.{signature}"


def unsigned(token: str) -> str:
    header = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    return f"{header}.{token.split('.')[1]}."


def test_53_a_hint_that_is_not_ours_gets_a_page(
    house: ProtocolHouse, browser: Browser, hint: str
) -> None:
    access_token = house.tokens_for(browser)["access_token"]
    for bad in ("x", "a.b.c", unsigned(hint), tampered(hint, aud=POST), access_token, "x" * 20_000):
        answer = log_out(browser, id_token_hint=bad, post_logout_redirect_uri=BYE)
        assert answer.status_code == 400
        assert '<code id="parameter">id_token_hint</code>' in answer.text
    assert is_signed_in(house, browser)


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("client_id=nobody", "client_id"),
        ("client_id=x&client_id=x", "client_id"),
        ("id_token_hint=%FF", "id_token_hint"),
        ("state=%00", "state"),
        (f"client_id={BASIC}&post_logout_redirect_uri=%0d%0a", "post_logout_redirect_uri"),
        (f"client_id={BASIC}&state={'x' * 3000}", "state"),
    ],
)
def test_53_a_malformed_request_gets_a_page(browser: Browser, query: str, named: str) -> None:
    answer = browser.get(f"/logout?{query}")

    assert answer.status_code == 400
    assert f'<code id="parameter">{named}</code>' in answer.text


def test_53_a_client_id_that_is_not_the_hints_gets_a_page(browser: Browser, hint: str) -> None:
    answer = log_out(browser, id_token_hint=hint, client_id=POST)

    assert answer.status_code == 400
    assert '<code id="parameter">client_id</code>' in answer.text


def test_53_without_a_hint_or_client_there_is_a_question_and_no_way_on(
    house: ProtocolHouse, browser: Browser
) -> None:
    url = f"/logout?{urlencode({'post_logout_redirect_uri': BYE})}"
    asked = browser.get(url)
    assert asked.status_code == 200
    assert is_signed_in(house, browser)

    answer = confirm(browser, url, asked.text)
    page = browser.get(answer.location)

    assert not is_signed_in(house, browser)
    assert BYE not in page.text
    assert "Refresh" not in page.headers


@pytest.mark.parametrize("query", ["", "state=s", f"client_id={BASIC}"])
def test_54_the_citizen_can_always_sign_out(
    house: ProtocolHouse, browser: Browser, query: str
) -> None:
    url = f"/logout?{query}&ui_locales=en"

    answer = confirm(browser, url, browser.get(url).text)
    page = browser.get(answer.location)

    assert answer.status_code == 303
    assert urlsplit(answer.location).path == "/signed-out"
    assert "You are signed out" in page.text
    assert not is_signed_in(house, browser)


def test_54_a_forged_confirmation_changes_nothing(house: ProtocolHouse, browser: Browser) -> None:
    answer = browser.http.post("/logout", data={"csrf_token": "x"})

    assert answer.status_code == 400
    assert is_signed_in(house, browser)


def test_after_the_question_the_way_to_the_portal_is_a_page(
    house: ProtocolHouse, browser: Browser
) -> None:
    parameters = {"client_id": BASIC, "post_logout_redirect_uri": BYE, "state": "s"}
    url = f"/logout?{urlencode(parameters)}"

    answer = confirm(browser, url, browser.get(url).text)
    page = browser.get(answer.location)

    assert urlsplit(answer.location).netloc in {"", "localhost"}  # `form-action` would stop it
    assert page.status_code == 200
    assert page.headers["Refresh"] == f"0; url={BYE}?state=s"
    assert f'href="{BYE}?state=s"' in page.text


def test_55_an_old_token_is_a_good_hint(
    house: ProtocolHouse, browser: Browser, hint: str, clock: FakeClock
) -> None:
    clock.advance(timedelta(hours=2))

    answer = log_out(browser, id_token_hint=hint, post_logout_redirect_uri=BYE)

    assert answer.location == BYE
    assert not is_signed_in(house, browser)


def test_55_a_token_of_another_session_is_asked_about(
    house: ProtocolHouse, browser: Browser, hint: str
) -> None:
    other = house.signed_in(house.citizen("052085000009", old_number=None))

    asked = log_out(other, id_token_hint=hint, post_logout_redirect_uri=BYE)

    assert asked.status_code == 200
    assert 'id="logout-confirm"' in asked.text
    assert answer_of(house.authorize(other, prompt="none"))["error"] == "consent_required"


def test_without_a_session_a_hint_leads_back_and_a_client_id_does_not(
    house: ProtocolHouse, hint: str
) -> None:
    stranger = house.browser()

    with_hint = log_out(stranger, id_token_hint=hint, post_logout_redirect_uri=BYE)
    without = log_out(stranger, client_id=BASIC, post_logout_redirect_uri=BYE)

    assert with_hint.location == BYE
    assert without.status_code == 200
    assert "Refresh" not in without.headers
    assert f'href="{BYE}"' in without.text


# --- how much anybody can have kept


@pytest.fixture
def narrow(
    sqlite_database: Database,
    redis_client: redis.Redis,
    redis_url: str,
    clock: FakeClock,
    index: BlindIndex,
) -> ProtocolHouse:
    """A network may have three things kept, and no more."""
    begun = Budget("begun", (Rate(count=3, period=timedelta(minutes=5)),), by_network=True)
    return ProtocolHouse(sqlite_database, redis_client, redis_url, clock, index, begun=begun)


def test_a_network_has_so_many_posts_kept_and_no_more(
    narrow: ProtocolHouse, redis_client: redis.Redis
) -> None:
    stranger = narrow.browser().http

    answers = [stranger.post("/logout", data={"state": "s" * 1000}) for _ in range(5)]

    assert [answer.status_code for answer in answers] == [303, 303, 303, 429, 429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 300
    assert len(redis_client.keys("logout:*")) == 3
    assert narrow.events().count("budget_exceeded") == 1


def test_whoever_has_no_session_ends_nothing_without_end(
    narrow: ProtocolHouse, redis_client: redis.Redis
) -> None:
    browser = narrow.signed_in(narrow.someone())
    page = browser.get("/logout").text
    assert confirm(browser, "/logout", page).status_code == 303

    again = [confirm(browser, "/logout", page).status_code for _ in range(4)]

    assert again == [303, 303, 303, 429]
    assert len(redis_client.keys("farewell:*")) == 4


def test_a_session_can_be_ended_whatever_else_its_network_does(narrow: ProtocolHouse) -> None:
    browser = narrow.signed_in(narrow.someone())
    page = browser.get("/logout").text
    others = narrow.browser().http
    assert [others.post("/logout").status_code for _ in range(4)][-1] == 429

    assert confirm(browser, "/logout", page).status_code == 303
    assert not browser.cookie("idp_session")
