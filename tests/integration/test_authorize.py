"""The authorization endpoint, by the numbers of the protocol's requirements."""

from datetime import timedelta
from typing import Never
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import redis

from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.relying_parties.model import ClientId
from idp.relying_parties.registration import parse_registration
from tests.fakes.clock import FakeClock
from tests.fakes.protocol_house import ISSUER, ProtocolHouse, answer_of
from tests.fakes.registrations import BASIC, POST, registration

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


def page_of(location: str) -> str:
    return urlsplit(location).path


def test_11_a_posted_request_comes_to_the_same_end(house: ProtocolHouse) -> None:
    browser = house.signed_in(house.someone())
    stranger = house.browser()  # a cross-site POST carries no cookie of ours

    posted = stranger.http.post("/authorize", data=house.parameters())

    assert posted.status_code == 303
    assert page_of(posted.location) == "/resume"
    assert "Set-Cookie" not in posted.headers
    answer = answer_of(browser.get(posted.location))
    assert answer.keys() == {"code", "state", "iss"}


def test_11_a_posted_request_belongs_to_the_first_browser_that_takes_it_up(
    house: ProtocolHouse,
) -> None:
    posted = house.browser().http.post("/authorize", data=house.parameters())
    first, second = house.browser(), house.browser()
    second.get("/authorize?" + urlencode(house.parameters()))  # has a cookie of its own

    assert page_of(first.get(posted.location).location) == "/choose"
    assert second.get(posted.location).status_code == 403


@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data; boundary=x"])
def test_11_a_post_that_is_no_form_gets_a_page(house: ProtocolHouse, content_type: str) -> None:
    answer = house.browser().http.post("/authorize", data=b"{}", content_type=content_type)

    assert answer.status_code == 400
    assert "client_id" in answer.text


def test_11_an_oversized_post_gets_a_page(house: ProtocolHouse) -> None:
    body = urlencode(house.parameters(state="x" * 70_000))
    answer = house.browser().http.post(
        "/authorize", data=body, content_type="application/x-www-form-urlencoded"
    )

    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("", "client_id"),
        ("client_id=nobody", "client_id"),
        ("client_id=%FF", "client_id"),
        (f"client_id={BASIC}&client_id={BASIC}", "client_id"),
        (f"client_id={BASIC}&redirect_uri=https://evil.example", "redirect_uri"),
        (f"client_id={BASIC}&redirect_uri={CALLBACK}&redirect_uri={CALLBACK}", "redirect_uri"),
        (f"client_id={BASIC}&request_uri=x", "request_uri"),
        (f"client_id={BASIC}&redirect_uri={CALLBACK}&state=%00", "state"),
        ("client_id=<script>alert(1)</script>", "client_id"),
    ],
)
def test_12_a_wrong_request_gets_a_page_that_names_what_is_wrong(
    house: ProtocolHouse, query: str, named: str
) -> None:
    answer = house.browser().get(f"/authorize?{query}")

    assert answer.status_code == 400
    assert f'<code id="parameter">{named}</code>' in answer.text
    assert answer.headers["X-Request-Id"] in answer.text
    assert "Location" not in answer.headers
    assert "<script>alert" not in answer.text


def test_12_a_disabled_portal_gets_a_page_at_once(house: ProtocolHouse) -> None:
    browser = house.signed_in(house.someone())
    house.disable(ClientId(BASIC))

    answer = house.authorize(browser)
    assert answer.status_code == 403
    assert "Cổng này tạm ngừng đăng nhập" in answer.text
    assert f"https://{BASIC}.example" not in answer.text  # it may be in other hands

    house.enable(ClientId(BASIC))
    assert "code" in answer_of(house.authorize(browser))


def test_13_a_query_of_the_redirect_uri_is_kept(house: ProtocolHouse) -> None:
    browser = house.signed_in(house.someone())
    kept = f"{CALLBACK}?kept=1"

    assert house.authorize(browser, redirect_uri=kept).location.startswith(f"{kept}&code=")
    refused = house.authorize(browser, redirect_uri=kept, response_type=None)
    assert refused.location.startswith(f"{kept}&error=invalid_request&")


@pytest.mark.parametrize("state", ["x" * 2048, "a b+c/d==&?#%é", "eyJ" * 60])
def test_15_the_state_comes_back_exactly(house: ProtocolHouse, state: str) -> None:
    browser = house.signed_in(house.someone())

    assert answer_of(house.authorize(browser, state=state))["state"] == state
    assert answer_of(house.authorize(browser, state=state, scope="x"))["state"] == state


def test_15_answers_name_the_issuer_and_are_not_stored(house: ProtocolHouse) -> None:
    browser = house.signed_in(house.someone())
    for response in (house.authorize(browser), house.authorize(browser, prompt="x")):
        assert answer_of(response)["iss"] == ISSUER
        assert response.headers["Cache-Control"] == "no-store"


def test_16_none_without_a_session_shows_no_page(house: ProtocolHouse) -> None:
    answer = answer_of(house.authorize(house.browser(), prompt="none"))

    assert answer["error"] == "login_required"
    assert "code" not in answer


def test_16_none_without_a_consent_shows_no_page(house: ProtocolHouse) -> None:
    browser = house.signed_in(house.citizen())

    assert answer_of(house.authorize(browser, prompt="none"))["error"] == "consent_required"


def test_16_none_with_both_is_silent(house: ProtocolHouse) -> None:
    browser = house.signed_in(house.someone())

    assert "code" in answer_of(house.authorize(browser, prompt="none"))


def test_16_none_with_a_hint_at_somebody_else_is_not_silent(house: ProtocolHouse) -> None:
    browser = house.signed_in(house.someone())

    other = answer_of(house.authorize(browser, prompt="none", login_hint="052085000002"))
    same = answer_of(house.authorize(browser, prompt="none", login_hint="0520 8500 0001"))
    old = answer_of(house.authorize(browser, prompt="none", login_hint="215000001"))

    assert other["error"] == "login_required"
    assert "code" in same
    assert "code" in old


@pytest.mark.parametrize(
    ("wish", "page"),
    [
        ({"prompt": "login"}, "/choose"),
        ({"max_age": "0"}, "/choose"),
        ({"max_age": "1"}, "/choose"),
        ({"max_age": "10000"}, "/callback"),
        ({"prompt": "consent"}, "/consent"),
    ],
)
def test_17_a_new_sign_in_when_it_is_asked_for(
    house: ProtocolHouse, clock: FakeClock, wish: dict[str, str], page: str
) -> None:
    browser = house.signed_in(house.someone())
    clock.advance(timedelta(seconds=2))

    assert page_of(house.authorize(browser, **wish).location) == page


def test_17_a_sign_in_made_for_the_request_always_suffices(
    house: ProtocolHouse, clock: FakeClock
) -> None:
    citizen = house.someone()
    browser = house.signed_in(citizen)
    clock.advance(timedelta(seconds=5))
    chooser = house.authorize(browser, max_age="0").location
    interaction = urlsplit(chooser).query
    clock.advance(timedelta(seconds=5))
    house.sign_in(browser, citizen)
    clock.advance(timedelta(seconds=5))

    page = browser.get(f"/continue?{interaction}")

    assert page.status_code == 200
    assert f'href="{CALLBACK}?code=' in page.text


def test_18_auth_time_is_the_same_for_silent_repeats(
    house: ProtocolHouse, clock: FakeClock
) -> None:
    signed_in_at = int(clock.now().timestamp())
    browser = house.signed_in(house.someone())
    times = []
    for _ in range(2):
        clock.advance(timedelta(minutes=1))
        token = house.tokens_for(browser, max_age="10000")["id_token"]
        times.append(house.claims(token)["auth_time"])

    assert times == [signed_in_at, signed_in_at]


@pytest.mark.parametrize(
    ("acr_values", "acr"), [(None, "LoA2"), ("LoA1 LoA2", "LoA1"), ("LoA4", "LoA2"), ("x", "LoA2")]
)
def test_20_the_acr_in_tokens_is_one_that_was_reached(
    house: ProtocolHouse, acr_values: str | None, acr: str
) -> None:
    browser = house.signed_in(house.someone())

    token = house.tokens_for(browser, acr_values=acr_values)["id_token"]
    assert house.claims(token)["acr"] == acr


def test_20_a_minimum_that_is_not_reached_is_never_passed_by(house: ProtocolHouse) -> None:
    strict = registration("strict", minimum_acr="LoA3")
    house.register.apply([parse_registration(strict)])
    browser = house.signed_in(house.someone("strict"))

    assert house.authorize(browser, "strict").location.startswith("/step-up?i=")
    silent = answer_of(house.authorize(browser, "strict", prompt="none"))
    assert silent["error"] == "unmet_authentication_requirements"


def test_21_a_nonce_is_optional_and_comes_back_unchanged(house: ProtocolHouse) -> None:
    browser = house.signed_in(house.someone())

    without = house.claims(house.tokens_for(browser, nonce=None)["id_token"])
    odd = house.claims(house.tokens_for(browser, nonce="é x" * 100)["id_token"])
    assert "nonce" not in without
    assert odd["nonce"] == "é x" * 100


def test_25_codes_are_long_and_different(house: ProtocolHouse) -> None:
    browser = house.signed_in(house.someone())
    codes = {house.code(browser) for _ in range(5)}

    assert len(codes) == 5
    assert all(len(code) >= 43 for code in codes)
    kept = b"".join(house.redis.keys("*"))
    assert not any(code.encode() in kept for code in codes)


def test_create_begins_an_enrolment(house: ProtocolHouse) -> None:
    location = house.authorize(house.browser(), prompt="create").location

    assert page_of(location) == "/enrol/method"


def test_create_with_a_session_asks_who_is_there(house: ProtocolHouse) -> None:
    browser = house.signed_in(house.someone())
    location = house.authorize(browser, prompt="create").location
    assert page_of(location) == "/signed-in-as"

    page = browser.get(location)

    assert "Nguyễn Thị Bưởi" in page.text
    assert 'id="sign-out"' in page.text


def pressed(page: str, decision: str) -> dict[str, str]:
    """The form of *page* with one of its buttons pressed."""
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    assert token
    return {"csrf_token": token, "decision": decision}


@pytest.mark.parametrize(
    ("wish", "other"),
    [
        ({"prompt": "create"}, "/enrol/method"),
        ({"login_hint": "052085000002"}, "/choose"),
    ],
)
def test_the_person_of_the_session_goes_on_or_makes_room(
    house: ProtocolHouse, wish: dict[str, str], other: str
) -> None:
    citizen = house.someone()
    for decision, expected in (("continue", "/continue"), ("other", other)):
        browser = house.signed_in(citizen)
        location = house.authorize(browser, **wish).location
        form = pressed(browser.get(location).text, decision)

        answer = browser.http.post(location, data=form)

        assert answer.status_code == 303
        assert page_of(answer.location) == expected
    assert not browser.cookie("idp_session")


def test_the_way_back_after_a_post_is_a_page_that_gives_one_code(house: ProtocolHouse) -> None:
    browser = house.signed_in(house.someone())
    location = house.authorize(browser, prompt="create").location
    form = pressed(browser.get(location).text, "continue")
    back = browser.http.post(location, data=form).location

    page = browser.get(back)
    again = browser.get(back)

    assert page.status_code == 200
    assert page.headers["Refresh"].startswith(f"0; url={CALLBACK}?code=")
    assert 'id="continue"' in page.text
    assert again.status_code == 200
    assert "Refresh" not in again.headers
    assert "code=" not in again.text
    assert len(house.grants()) == 1


def test_26_a_refusal_reaches_the_portal(house: ProtocolHouse) -> None:
    browser = house.signed_in(house.citizen())
    location = house.authorize(browser).location
    name = urlsplit(location).query.removeprefix("i=")
    found = house.interactions.find(name)
    house.interactions.update(found, lambda current: current.with_(refusal="access_denied"))

    page = browser.get(f"/continue?i={name}")

    assert f"{CALLBACK}?error=access_denied&" in page.headers["Refresh"]
    assert "state=the-state" in page.headers["Refresh"]
    assert house.grants() == []


def test_nothing_gives_a_code_before_its_time(house: ProtocolHouse) -> None:
    browser = house.browser()
    interaction = urlsplit(house.authorize(browser).location).query

    for path in ("/continue", "/resume"):
        assert page_of(browser.get(f"{path}?{interaction}").location) == "/choose"


def test_an_interaction_is_of_no_use_elsewhere(house: ProtocolHouse) -> None:
    interaction = urlsplit(house.authorize(house.browser()).location).query
    other = house.signed_in(house.someone())

    for path in ("/continue", "/resume", "/not-you", "/signed-in-as"):
        assert other.get(f"{path}?{interaction}").status_code == 403


def test_an_interaction_that_is_gone_gets_a_page(house: ProtocolHouse) -> None:
    for path in ("/continue", "/resume", "/not-you", "/signed-in-as"):
        assert house.browser().get(f"{path}?i=gone").status_code == 410


def test_single_sign_on_gives_each_portal_its_own_names(house: ProtocolHouse) -> None:
    browser = house.signed_in(house.someone())

    first = house.claims(house.tokens_for(browser, BASIC)["id_token"])
    second = house.claims(house.tokens_for(browser, POST)["id_token"])
    repeated = house.claims(house.tokens_for(browser, BASIC)["id_token"])

    assert first["sub"] != second["sub"]
    assert first["sid"] != second["sid"]
    assert (repeated["sub"], repeated["sid"]) == (first["sub"], first["sid"])


def test_a_level_is_never_more_than_its_evidence(house: ProtocolHouse) -> None:
    browser = house.signed_in(house.someone())
    claims = house.claims(house.tokens_for(browser)["id_token"])

    assert (claims["verification_level"], claims["authentication_level"]) == (2, 2)


@pytest.mark.parametrize(
    ("state", "nonce"),
    [("s" * 512, "n" * 384), ("á" * 512, "ệ" * 384), ("eyJhbGciOi.=/+" * 36, "~!*'()" * 64)],
)
def test_15_21_69_long_ones_come_back_intact(house: ProtocolHouse, state: str, nonce: str) -> None:
    browser = house.signed_in(house.someone())

    answer = answer_of(house.authorize(browser, state=state, nonce=nonce))
    tokens = house.redeem(answer["code"]).json or {}

    assert answer["state"] == state
    assert house.claims(tokens["id_token"])["nonce"] == nonce


@pytest.mark.parametrize(
    "wishes",
    [
        {"display": "popup"},
        {"display": "wap"},
        {"display": "hologram"},
        {"claims_locales": "vi en-GB xx"},
        {"claims_locales": "!"},
        {"ui_locales": "tlh ../../etc"},
        {"login_hint": "somebody@example.vn"},
        {"acr_values": "urn:example:gold"},
        {"unknown": "parameter"},
    ],
)
def test_20_wishes_never_cause_an_error(house: ProtocolHouse, wishes: dict[str, str]) -> None:
    browser = house.signed_in(house.someone())

    assert "code" in answer_of(house.authorize(browser, **wishes))


def legacy(house: ProtocolHouse, client_id: str = "vnconnect-portal") -> str:
    """A portal that was written for the existing national sign-on, as an operator registers it."""
    document = registration(
        client_id,
        security_profile="legacy",
        sector=None,
        id_token_signed_response_alg=None,
        token_endpoint_auth_method="client_secret_post",
        scope="openid",
        claims=["name", "birthdate", "phone_number", "identity_number", "old_identity_number"],
    )
    house.secrets.update(house.register.apply([parse_registration(document)]))
    return client_id


def vnconnect(client_id: str) -> dict[str, str]:
    """What such a portal sends: neither nonce nor PKCE, and a state of its own making."""
    return {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": f"https://{client_id}.example/callback",
        "scope": "openid",
        "acr_values": "LoA1",
        "state": "eyJyZWRpcmVjdCI6Ii9kdmMvdHRodGhjIn0=" * 20,
    }


def test_legacy_requests_are_answered(house: ProtocolHouse) -> None:
    portal = legacy(house)
    browser = house.signed_in(house.someone(portal))

    answer = answer_of(browser.get("/authorize?" + urlencode(vnconnect(portal))))

    assert answer["state"] == vnconnect(portal)["state"]
    assert "code" in answer


def test_legacy_consent_covers_what_the_registration_allows(house: ProtocolHouse) -> None:
    portal = legacy(house)
    agreed = ("name", "birthdate", "phone_number", "identity_number", "verification_level")
    browser = house.signed_in(house.citizen(consents={portal: agreed}))

    asked = browser.get("/authorize?" + urlencode(vnconnect(portal)))

    assert page_of(asked.location) == "/consent"  # the old number is not agreed to yet


def test_legacy_pkce_is_honoured_if_sent(house: ProtocolHouse) -> None:
    portal = legacy(house)
    browser = house.signed_in(house.someone(portal))
    plain = vnconnect(portal) | {"code_challenge": "a" * 43, "code_challenge_method": "plain"}

    answer = answer_of(browser.get("/authorize?" + urlencode(plain)))

    assert answer["error"] == "invalid_request"


def test_legacy_has_no_request_objects(house: ProtocolHouse) -> None:
    portal = legacy(house)
    for name, error in (
        ("request", "request_not_supported"),
        ("request_uri", "request_uri_not_supported"),
    ):
        wanted = urlencode(vnconnect(portal) | {name: "x"})
        assert answer_of(house.browser().get(f"/authorize?{wanted}"))["error"] == error


def test_a_request_survives_every_detour(house: ProtocolHouse, clock: FakeClock) -> None:
    citizen = house.someone()
    browser = house.browser()
    state, nonce = "s" * 512, "n" * 384
    interaction = urlsplit(
        house.authorize(browser, prompt="create", state=state, nonce=nonce).location
    ).query
    clock.advance(timedelta(hours=23))
    house.sign_in(browser, citizen)

    back = browser.get(f"/continue?{interaction}").headers["Refresh"].partition("url=")[2]

    answer = dict(parse_qsl(urlsplit(back).query))
    assert (answer["state"], answer["iss"]) == (state, ISSUER)
    tokens = house.redeem(answer["code"]).json or {}
    assert house.claims(tokens["id_token"])["nonce"] == nonce


def test_an_answer_that_could_not_be_made_is_made_on_reload(
    house: ProtocolHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = house.signed_in(house.someone())
    location = house.authorize(browser, prompt="create").location
    form = pressed(browser.get(location).text, "continue")
    back = browser.http.post(location, data=form).location

    def away(_: object) -> Never:
        raise redis.ConnectionError

    with monkeypatch.context() as broken:
        broken.setattr(house.codes, "issue", away)
        assert browser.get(back).status_code == 500

    assert "?code=" in browser.get(back).headers["Refresh"]
    assert "Refresh" not in browser.get(back).headers


def test_stale_and_repeated_pages_have_a_way_on(house: ProtocolHouse) -> None:
    browser = house.signed_in(house.someone())
    location = house.authorize(browser, prompt="select_account").location
    form = pressed(browser.get(location).text, "continue")
    back = browser.http.post(location, data=form).location
    browser.get(back)

    repeated = browser.get(back)
    pressed_again = browser.http.post(location, data=form)
    looked_at_again = browser.get(location)
    gone = browser.get("/select-account?i=gone")

    start = f"https://{BASIC}.example/start?iss=http%3A%2F%2Flocalhost%3A8400"
    assert f'href="{start}"' in repeated.text
    for answer in (pressed_again, looked_at_again):
        assert page_of(answer.location) == "/continue"
        assert f'href="{start}"' in browser.get(answer.location).text
    assert gone.status_code == 410
    assert '<a class="button"' in gone.text
