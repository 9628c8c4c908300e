"""`id_token_hint`, item 19 of the protocol's requirements: an answer about nobody else."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import redis
from joserfc import jwt
from joserfc.jwk import ECKey

from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.signing.material import SigningAlgorithm
from tests.fakes.clock import FakeClock
from tests.fakes.protocol_house import ISSUER, Browser, ProtocolHouse, answer_of
from tests.fakes.registrations import BASIC, POST
from tests.fakes.signing_keys import named_material

OTHER = "052085000002"


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
    token: str = house.tokens_for(browser)["id_token"]
    return token


@pytest.fixture
def others_hint(house: ProtocolHouse) -> str:
    agreed = ("name", "birthdate", "phone_number", "phone_number_verified", "identity_number")
    other = house.citizen(
        OTHER, old_number=None, consents={BASIC: (*agreed, "verification_level", "updated_at")}
    )
    token: str = house.tokens_for(house.signed_in(other), scope="openid")["id_token"]
    return token


def page_of(location: str) -> str:
    return urlsplit(location).path


def press(browser: Browser, location: str, decision: str) -> str:
    page = browser.get(location).text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    answer = browser.http.post(location, data={"csrf_token": token, "decision": decision})
    assert answer.status_code == 303
    return answer.location


@pytest.mark.parametrize("prompt", ["none", None])
def test_19_ones_own_hint_is_silent(
    house: ProtocolHouse, browser: Browser, hint: str, prompt: str | None
) -> None:
    assert "code" in answer_of(house.authorize(browser, prompt=prompt, id_token_hint=hint))


def test_19_an_expired_hint_is_as_good(
    house: ProtocolHouse, browser: Browser, hint: str, clock: FakeClock
) -> None:
    clock.advance(timedelta(minutes=25))

    assert "code" in answer_of(house.authorize(browser, prompt="none", id_token_hint=hint))


def test_19_nobody_signed_in(house: ProtocolHouse, hint: str) -> None:
    stranger = house.browser()

    silent = answer_of(house.authorize(stranger, prompt="none", id_token_hint=hint))
    asked = house.authorize(stranger, id_token_hint=hint)

    assert silent["error"] == "login_required"
    assert page_of(asked.location) == "/choose"


def test_19_another_persons_hint_is_never_silent(
    house: ProtocolHouse, browser: Browser, others_hint: str
) -> None:
    answer = answer_of(house.authorize(browser, prompt="none", id_token_hint=others_hint))

    assert answer["error"] == "login_required"
    assert "code" not in answer


def test_19_the_page_offers_to_make_room_or_to_go_back(
    house: ProtocolHouse, browser: Browser, others_hint: str
) -> None:
    question = house.authorize(browser, id_token_hint=others_hint).location

    page = browser.get(question).text

    assert page_of(question) == "/not-you"
    assert f"Cổng {BASIC} đang chờ một người khác." in page
    assert f"Quay lại Cổng {BASIC}" in page
    assert "Tiếp tục với tên" not in page


def test_19_a_page_shown_to_the_right_person_says_nothing_of_another(
    house: ProtocolHouse, browser: Browser, hint: str
) -> None:
    by_login_hint = house.authorize(browser, id_token_hint=hint, login_hint=OTHER).location
    consent = house.authorize(browser, id_token_hint=hint, prompt="consent").location

    for address in (by_login_hint, consent.replace("/consent?", "/not-you?")):
        page = browser.get(address).text
        assert page_of(address) == "/not-you"
        assert "Tiếp tục với tên Nguyễn Thị Bưởi" in page
        assert "đang chờ một người khác" not in page


def test_19_going_on_as_somebody_else_is_an_error_for_the_portal(
    house: ProtocolHouse, browser: Browser, others_hint: str
) -> None:
    question = house.authorize(browser, id_token_hint=others_hint).location
    grants = len(house.grants())

    back = browser.get(press(browser, question, "continue"))

    assert "error=login_required&" in back.headers["Refresh"]
    assert len(house.grants()) == grants


def test_19_a_sign_in_by_the_wrong_person_is_one_too(
    house: ProtocolHouse, hint: str, clock: FakeClock
) -> None:
    other = house.citizen(OTHER, old_number=None)
    browser = house.browser()
    interaction = urlsplit(house.authorize(browser, id_token_hint=hint).location).query
    clock.advance(timedelta(seconds=5))
    house.sign_in(browser, other)

    back = browser.get(f"/continue?{interaction}")

    assert "error=login_required&" in back.headers["Refresh"]


def test_19_a_sign_in_by_the_right_person_suffices(
    house: ProtocolHouse, browser: Browser, others_hint: str, clock: FakeClock
) -> None:
    question = house.authorize(browser, scope="openid", id_token_hint=others_hint).location
    chooser = press(browser, question, "other")
    clock.advance(timedelta(seconds=5))
    house.sign_in(browser, f"citizen-{OTHER}")

    back = browser.get(f"/continue?{urlsplit(chooser).query}")

    assert "?code=" in back.headers["Refresh"]


def test_19_a_hint_of_another_sector_names_nobody_here(
    house: ProtocolHouse, browser: Browser
) -> None:
    elsewhere = house.tokens_for(browser, POST)["id_token"]

    answer = answer_of(house.authorize(browser, prompt="none", id_token_hint=elsewhere))

    assert answer["error"] == "login_required"


def forged(**changes: object) -> str:
    key = ECKey.generate_key("P-256")
    claims = {"iss": ISSUER, "sub": "x", "aud": BASIC} | changes
    return jwt.encode({"alg": "ES256", "kid": "key-ES256", "typ": "JWT"}, claims, key)


def test_19_what_we_did_not_sign_is_no_hint(house: ProtocolHouse, browser: Browser) -> None:
    material = named_material("key-ES256", SigningAlgorithm.ES256)
    head = "eyJhbGciOiJub25lIn0"
    for hint in ("x", "a.b.c", f"{head}.eyJzdWIiOiJ4In0.", forged(), "é" * 9, material.kid):
        silent = answer_of(house.authorize(browser, prompt="none", id_token_hint=hint))
        asked = answer_of(house.authorize(browser, id_token_hint=hint))

        assert (silent["error"], asked["error"]) == ("login_required", "invalid_request")


def test_19_a_token_for_another_purpose_is_no_hint(house: ProtocolHouse, browser: Browser) -> None:
    access_token = house.tokens_for(browser)["access_token"]

    answer = answer_of(house.authorize(browser, id_token_hint=access_token))

    assert answer["error"] == "invalid_request"


def test_19_hint_and_required_subject_must_agree(
    house: ProtocolHouse, browser: Browser, hint: str
) -> None:
    mine = house.claims(hint)["sub"]
    for subject, outcome in ((mine, "code"), ("somebody-else", "error")):
        claims = f'{{"id_token": {{"sub": {{"value": "{subject}"}}}}}}'
        answer = answer_of(
            house.authorize(browser, prompt="none", id_token_hint=hint, claims=claims)
        )
        assert outcome in answer
