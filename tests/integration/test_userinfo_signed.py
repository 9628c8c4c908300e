"""Signed userinfo (OpenID Connect Core §5.3.2), by the requirement's number."""

import base64
import json
from urllib.parse import urlencode

import pytest
import redis

from idp.db.database import Database
from idp.db.encryption import BlindIndex
from tests.fakes.clock import FakeClock
from tests.fakes.protocol_house import ISSUER, ProtocolHouse, answer_of
from tests.fakes.registrations import BASIC, registration


@pytest.fixture
def house(
    sqlite_database: Database,
    redis_client: redis.Redis,
    redis_url: str,
    clock: FakeClock,
    index: BlindIndex,
) -> ProtocolHouse:
    return ProtocolHouse(
        sqlite_database,
        redis_client,
        redis_url,
        clock,
        index,
        registrations=(
            registration(BASIC),
            registration("es", userinfo_signed_response_alg="ES256"),
            registration("rs", userinfo_signed_response_alg="RS256"),
        ),
    )


@pytest.mark.parametrize(("client_id", "algorithm"), [("es", "ES256"), ("rs", "RS256")])
@pytest.mark.parametrize("method", ["get", "post"])
def test_44_as_the_registration_asks(
    house: ProtocolHouse, client_id: str, algorithm: str, method: str
) -> None:
    tokens = house.tokens_for(house.signed_in(house.someone(client_id)), client_id)
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}

    answer = getattr(house.api, method)("/userinfo", headers=bearer)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/jwt"
    assert answer.headers["Cache-Control"] == "no-store"
    header = json.loads(base64.urlsafe_b64decode(answer.text.split(".")[0] + "=="))
    assert header["alg"] == algorithm
    claims = house.claims(answer.text)
    assert (claims["iss"], claims["aud"]) == (ISSUER, client_id)
    assert claims["sub"] == house.claims(tokens["id_token"])["sub"]
    assert claims["name"] == "Nguyễn Thị Bưởi"
    assert "nonce" not in claims


def test_44_it_is_no_id_token(house: ProtocolHouse) -> None:
    """Signed with the same keys: what would make it one must not be there."""
    tokens = house.tokens_for(house.signed_in(house.someone("es")), "es")
    claims = house.claims(house.userinfo(tokens["access_token"]).text)

    assert not claims.keys() & {"exp", "iat", "nonce", "at_hash"}


def test_44_it_is_no_hint(house: ProtocolHouse) -> None:
    """It has our `iss`, its `aud` and a `sid`: all but the end that every ID token has."""
    browser = house.signed_in(house.someone("es"))
    tokens = house.tokens_for(browser, "es")
    userinfo = house.userinfo(tokens["access_token"]).text

    silent = answer_of(house.authorize(browser, "es", prompt="none", id_token_hint=userinfo))
    sign_out = browser.get(f"/logout?{urlencode({'id_token_hint': userinfo})}")

    assert silent["error"] == "login_required"
    assert sign_out.status_code == 400
    assert "code" in answer_of(house.authorize(browser, "es", prompt="none"))


def test_44_who_asked_for_none_gets_json(house: ProtocolHouse) -> None:
    tokens = house.tokens_for(house.signed_in(house.someone(BASIC)))

    assert house.userinfo(tokens["access_token"]).headers["Content-Type"] == "application/json"


def test_45_errors_are_json_all_the_same(house: ProtocolHouse) -> None:
    answer = house.userinfo("unknown")

    assert (answer.status_code, answer.json["error"]) == (401, "invalid_token")
