"""The last pages of a sign-out: frames for the front channel, a moment for the back channel."""

import html
import re
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import redis
from werkzeug.test import TestResponse

from idp.backchannel import store
from idp.backchannel.model import DeliveryState, Outcome
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.logout.rules import origins
from idp.relying_parties.model import ClientId
from idp.relying_parties.registration import InvalidRegistration, parse_registration
from tests.fakes.clock import FakeClock
from tests.fakes.protocol_house import ISSUER, Browser, ProtocolHouse
from tests.fakes.registrations import BASIC, POST, registration

FRAMES = {
    BASIC: f"https://{BASIC}.example/frontchannel-logout",
    POST: f"https://{POST}.example/frontchannel-logout?kept=%201",
}
BACK = {name: f"https://{name}.example/backchannel-logout" for name in (BASIC, POST)}
BYE = f"https://{BASIC}.example/bye"


def house_with(
    database: Database,
    redis_client: redis.Redis,
    redis_url: str,
    clock: FakeClock,
    index: BlindIndex,
    **addresses: dict[str, str],
) -> ProtocolHouse:
    methods = {BASIC: "client_secret_basic", POST: "client_secret_post"}
    return ProtocolHouse(
        database,
        redis_client,
        redis_url,
        clock,
        index,
        registrations=tuple(
            registration(
                client_id,
                token_endpoint_auth_method=method,
                **{name: uris.get(client_id) for name, uris in addresses.items()},
            )
            for client_id, method in methods.items()
        ),
    )


@pytest.fixture
def framing(
    sqlite_database: Database,
    redis_client: redis.Redis,
    redis_url: str,
    clock: FakeClock,
    index: BlindIndex,
) -> ProtocolHouse:
    """Both portals listen to frames, and to nothing else."""
    return house_with(
        sqlite_database,
        redis_client,
        redis_url,
        clock,
        index,
        frontchannel_logout_uri=FRAMES,
    )


@pytest.fixture
def telling(
    sqlite_database: Database,
    redis_client: redis.Redis,
    redis_url: str,
    clock: FakeClock,
    index: BlindIndex,
) -> ProtocolHouse:
    """Both portals are told behind the scenes."""
    return house_with(
        sqlite_database, redis_client, redis_url, clock, index, backchannel_logout_uri=BACK
    )


def sign_out(
    house: ProtocolHouse, browser: Browser, *client_ids: str, **parameters: str
) -> tuple[TestResponse, dict[str, str]]:
    """Sign in at those portals and out at the first; the answer, and the `sid` at each."""
    hints = {name: house.tokens_for(browser, name)["id_token"] for name in client_ids}
    query = urlencode({"id_token_hint": hints[client_ids[0]], **parameters})
    sids = {name: house.claims(hint)["sid"] for name, hint in hints.items()}
    return browser.get(f"/logout?{query}"), sids


def frames_of(page: TestResponse) -> list[str]:
    found = re.findall(r'<iframe hidden src="([^"]*)"', page.text)
    assert len(found) == page.text.count("<iframe")
    return [html.unescape(uri) for uri in found]


def refresh(page: TestResponse) -> tuple[int, str]:
    seconds, _, url = page.headers["Refresh"].partition("; url=")
    assert html.escape(url, quote=False) in page.text  # the same way, for who presses
    return int(seconds), url


def settle(house: ProtocolHouse, client_id: str, state: DeliveryState) -> None:
    now = house.clock.now()
    for delivery in list(dict.fromkeys(house.wakes.take())):
        house.wakes.wake(delivery)
        with house.database.transaction() as transaction:
            if store.client_waiting_for(transaction, delivery) == ClientId(client_id):
                claimed = store.claim(transaction, delivery, now, lease=timedelta(minutes=1))
                assert claimed is not None
                again = now if state is DeliveryState.PENDING else None
                store.settle(transaction, claimed, Outcome(state, None, again), now)


# --- frames


def test_56_every_portal_of_the_session_is_framed_with_iss_and_sid(framing: ProtocolHouse) -> None:
    browser = framing.signed_in(framing.someone())
    answer, sids = sign_out(framing, browser, BASIC, POST, post_logout_redirect_uri=BYE, state="s")
    assert urlsplit(answer.location).path == "/signed-out"
    page = browser.get(answer.location)

    for client_id, framed in zip((BASIC, POST), frames_of(page), strict=True):
        expected = [("iss", ISSUER), ("sid", sids[client_id])]
        kept = [("kept", " 1")] if client_id == POST else []
        assert framed.startswith(FRAMES[client_id])
        assert parse_qsl(urlsplit(framed).query) == kept + expected
    assert refresh(page) == (2, f"{BYE}?state=s")
    assert "<script" not in page.text.partition("<iframe")[2]


def test_56_only_those_origins_may_be_framed(framing: ProtocolHouse) -> None:
    browser = framing.signed_in(framing.someone())
    answer, _ = sign_out(framing, browser, POST, BASIC)
    policy = browser.get(answer.location).headers["Content-Security-Policy"]

    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert set(directives["frame-src"].split()) == {
        f"https://{BASIC}.example",
        f"https://{POST}.example",
    }
    assert directives["default-src"] == "'none'"
    assert directives["frame-ancestors"] == "'none'"
    assert "frame-src" not in browser.get("/logout").headers["Content-Security-Policy"]


def test_56_a_portal_of_another_session_is_not_framed(framing: ProtocolHouse) -> None:
    citizen = framing.someone()
    framing.tokens_for(framing.signed_in(citizen), POST)
    browser = framing.signed_in(citizen)

    answer, _ = sign_out(framing, browser, BASIC)

    assert [urlsplit(uri).hostname for uri in frames_of(browser.get(answer.location))] == [
        f"{BASIC}.example"
    ]


def test_the_frames_come_once_and_the_end_says_who_has_not_confirmed(
    framing: ProtocolHouse,
) -> None:
    """Nobody hears from a frame, so it confirms nothing; the portal that asked is out itself."""
    browser = framing.signed_in(framing.someone())
    answer, _ = sign_out(framing, browser, BASIC, POST, ui_locales="en")
    seconds, onwards = refresh(browser.get(answer.location))
    end = browser.get(onwards)

    assert seconds == 2
    assert frames_of(end) == []
    assert "Refresh" not in end.headers
    assert "frame-src" not in end.headers["Content-Security-Policy"]
    assert "You are signed out" in end.text
    assert "and 1 service." in end.text
    assert f"Portal {POST} has not confirmed" in end.text
    assert f"Portal {BASIC} has not confirmed" not in end.text


def test_a_portal_that_may_not_be_used_any_more_is_not_framed(framing: ProtocolHouse) -> None:
    browser = framing.signed_in(framing.someone())
    hint = framing.tokens_for(browser, BASIC)["id_token"]
    framing.tokens_for(browser, POST)
    framing.disable(ClientId(POST))
    framing.registry.catch_up_now()

    answer = browser.get(f"/logout?{urlencode({'id_token_hint': hint})}")

    assert len(frames_of(browser.get(answer.location))) == 1


# --- the back channel, seen from the page


def test_the_way_back_to_a_portal_waits_for_nobody(telling: ProtocolHouse) -> None:
    browser = telling.signed_in(telling.someone())

    answer, _ = sign_out(telling, browser, BASIC, POST, post_logout_redirect_uri=BYE)

    assert answer.location == BYE


def test_the_last_page_comes_at_once_when_all_have_confirmed(telling: ProtocolHouse) -> None:
    browser = telling.signed_in(telling.someone())
    answer, _ = sign_out(telling, browser, BASIC, POST, ui_locales="en")
    for client_id in (BASIC, POST):
        settle(telling, client_id, DeliveryState.DELIVERED)

    page = browser.get(answer.location)

    assert "Refresh" not in page.headers
    assert "and 2 services." in page.text
    assert "has not confirmed" not in page.text


def test_the_last_page_looks_again_for_two_seconds(telling: ProtocolHouse) -> None:
    browser = telling.signed_in(telling.someone())
    answer, _ = sign_out(telling, browser, BASIC, POST)
    settle(telling, BASIC, DeliveryState.DELIVERED)

    seconds, onwards = refresh(browser.get(answer.location))
    assert seconds == 1
    telling.clock.advance(timedelta(seconds=1))
    assert refresh(browser.get(onwards))[0] == 1
    telling.clock.advance(timedelta(seconds=1))
    end = browser.get(onwards)

    assert "Refresh" not in end.headers
    assert "và 1 dịch vụ." in end.text
    assert f"Cổng {POST} chưa xác nhận đăng xuất." in end.text


@pytest.mark.parametrize("state", [DeliveryState.FAILED, DeliveryState.GAVE_UP])
def test_a_refusal_is_not_waited_for(telling: ProtocolHouse, state: DeliveryState) -> None:
    browser = telling.signed_in(telling.someone())
    answer, _ = sign_out(telling, browser, BASIC, POST)
    settle(telling, BASIC, DeliveryState.DELIVERED)
    settle(telling, POST, state)

    page = browser.get(answer.location)

    assert "Refresh" not in page.headers
    assert f"Cổng {POST} chưa xác nhận đăng xuất." in page.text


def test_signing_out_after_the_question_tells_the_same(telling: ProtocolHouse) -> None:
    browser = telling.signed_in(telling.someone())
    telling.tokens_for(browser, POST)
    asked = browser.get("/logout")
    token = asked.text.partition('name="csrf_token" value="')[2].partition('"')[0]

    answer = browser.http.post("/logout", data={"csrf_token": token})
    settle(telling, POST, DeliveryState.FAILED)

    assert f"Cổng {POST} chưa xác nhận đăng xuất." in browser.get(answer.location).text


@pytest.mark.parametrize("query", ["", "?l=", "?l=made-up", "?l=made-up&framed=1"])
def test_a_strangers_last_page_tells_nothing(telling: ProtocolHouse, query: str) -> None:
    page = telling.browser().get(f"/signed-out{query}")

    assert page.status_code == 200
    assert "Refresh" not in page.headers
    assert "dịch vụ." not in page.text


@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example/x",
        f"https://{BASIC}.example:8443/x",
        f"http://{BASIC}.example/x",
        f"https://{BASIC}.example.evil.example/x",
        f"https://{BASIC}.example",
    ],
)
def test_56_a_frame_stands_where_a_redirect_uri_does(uri: str) -> None:
    document = registration(BASIC, frontchannel_logout_uri=uri)
    if uri == f"https://{BASIC}.example":
        assert parse_registration(document).relying_party.logout.frontchannel_uri == uri
    else:
        with pytest.raises(InvalidRegistration, match="frontchannel_logout_uri: must"):
            parse_registration(document)


def test_no_host_adds_to_the_policy() -> None:
    hosts = ("https://a.example", "https://a.example:1", "https://[::1]", "http://localhost:8402")
    frames = [f"{host}/x?y=;" for host in (*hosts, "https://b;script-src", "https://c,img-src")]

    assert origins([*frames, *frames]) == hosts
