"""The `claims` parameter (OpenID Connect Core §5.5), items 20 and 23 of the requirements."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import redis

from idp.citizens.model import EvidenceKind
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.relying_parties.registration import parse_registration
from tests.fakes.clock import FakeClock
from tests.fakes.protocol_house import ISSUER, Browser, ProtocolHouse, answer_of
from tests.fakes.registrations import BASIC, registration

ALWAYS = {
    "sub",
    "verification_level",
    "authentication_level",
    "acr",
    "amr",
    "auth_time",
    "sid",
}
ID_TOKEN = ALWAYS | {"iss", "aud", "iat", "exp", "at_hash", "nonce"}


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


def received(
    house: ProtocolHouse, browser: Browser, claims: dict[str, Any], **changes: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the ID token and userinfo say beyond what they always say."""
    tokens = house.tokens_for(
        browser, **({"scope": "openid", "claims": json.dumps(claims)} | changes)
    )
    id_token = house.claims(tokens["id_token"])
    userinfo = house.userinfo(tokens["access_token"]).json or {}
    return (
        {name: value for name, value in id_token.items() if name not in ID_TOKEN},
        {name: value for name, value in userinfo.items() if name not in ALWAYS},
    )


def test_23_claims_come_where_they_were_asked_for_and_nowhere_else(
    house: ProtocolHouse, browser: Browser
) -> None:
    id_token, userinfo = received(
        house,
        browser,
        {
            "userinfo": {"name": {"essential": True}},
            "id_token": {"birthdate": None, "phone_number": {"essential": True}},
        },
    )

    assert userinfo == {"name": "Nguyễn Thị Bưởi"}
    assert id_token == {"birthdate": "1985-03-27", "phone_number": "+84915000001"}


def test_23_what_the_scope_asks_for_stays_in_userinfo(
    house: ProtocolHouse, browser: Browser
) -> None:
    id_token, userinfo = received(
        house, browser, {"id_token": {"name": None}}, scope="openid phone"
    )

    assert id_token == {"name": "Nguyễn Thị Bưởi"}
    assert userinfo.keys() == {"phone_number", "phone_number_verified"}


def test_23_what_is_not_held_is_left_out_essential_or_not(
    house: ProtocolHouse, browser: Browser
) -> None:
    wanted = {"gender": {"essential": True}, "colour": {"essential": True}, "email": None}

    id_token, userinfo = received(house, browser, {"userinfo": wanted, "id_token": wanted})

    assert None not in userinfo.values()
    assert not {"gender", "colour"} & (id_token.keys() | userinfo.keys())


def test_23_no_more_than_the_registration_allows(house: ProtocolHouse) -> None:
    modest = registration("modest", claims=["name"])
    house.secrets.update(house.register.apply([parse_registration(modest)]))
    browser = house.signed_in(house.someone("modest"))
    everything = {"name": None, "identity_number": {"essential": True}, "phone_number": None}

    tokens = house.redeem(
        house.code(
            browser,
            "modest",
            scope="openid",
            claims=json.dumps({"userinfo": everything, "id_token": everything}),
        ),
        "modest",
    ).json

    assert "identity_number" not in house.claims(tokens["id_token"])
    assert (house.userinfo(tokens["access_token"]).json or {}).keys() == ALWAYS | {"name"}


def test_23_the_citizen_is_asked_for_what_goes_into_the_id_token_too(house: ProtocolHouse) -> None:
    citizen = house.citizen(consents={BASIC: ("name", "verification_level")})
    browser = house.signed_in(citizen)
    claims = json.dumps({"id_token": {"identity_number": None}})

    silent = answer_of(house.authorize(browser, scope="openid", claims=claims, prompt="none"))
    asked = house.authorize(browser, scope="openid", claims=claims).location

    assert silent["error"] == "consent_required"
    assert urlsplit(asked).path == "/consent"


@pytest.mark.parametrize("claims", ["{", "[]", '{"id_token": 1}', '{"userinfo": {"name": 1}}'])
def test_23_malformed_claims_are_told_to_the_portal(
    house: ProtocolHouse, browser: Browser, claims: str
) -> None:
    assert answer_of(house.authorize(browser, claims=claims))["error"] == "invalid_request"


def test_20_an_essential_acr_that_is_reached(house: ProtocolHouse, browser: Browser) -> None:
    claims = {"id_token": {"acr": {"essential": True, "values": ["LoA3", "LoA1"]}}}

    tokens = house.tokens_for(browser, claims=json.dumps(claims), acr_values="LoA2")

    assert house.claims(tokens["id_token"])["acr"] == "LoA1"


@pytest.mark.parametrize(
    ("values", "prompt"),
    [
        (["LoA3"], "none"),
        (["LoA4", "LoA3"], "none"),
        (["urn:example:gold"], "none"),
        (["urn:example:gold"], None),  # no page could help
    ],
)
def test_20_an_essential_acr_that_is_not_reached(
    house: ProtocolHouse, browser: Browser, values: list[str], prompt: str | None
) -> None:
    claims = json.dumps({"id_token": {"acr": {"essential": True, "values": values}}})

    answer = answer_of(house.authorize(browser, claims=claims, prompt=prompt))

    assert answer == {
        "error": "unmet_authentication_requirements",
        "error_description": "The required acr was not reached.",
        "state": "the-state",
        "iss": ISSUER,
    }


@pytest.mark.parametrize("values", [["LoA3"], ["LoA4", "LoA3"]])
def test_20_the_citizen_is_shown_the_ways_to_an_essential_acr(
    house: ProtocolHouse, browser: Browser, values: list[str]
) -> None:
    claims = json.dumps({"id_token": {"acr": {"essential": True, "values": values}}})

    answer = house.authorize(browser, claims=claims)

    assert answer.status_code == 303
    assert answer.location.startswith("/step-up?i=")


@pytest.mark.parametrize(
    ("wish", "acr"),
    [
        ({"values": ["LoA3"]}, "LoA2"),
        ({"value": "LoA1"}, "LoA1"),
        ({"essential": True}, "LoA2"),
        (None, "LoA2"),
    ],
)
def test_20_an_acr_that_is_not_essential_is_a_wish(
    house: ProtocolHouse, browser: Browser, wish: dict[str, Any] | None, acr: str
) -> None:
    tokens = house.tokens_for(browser, claims=json.dumps({"id_token": {"acr": wish}}))

    assert house.claims(tokens["id_token"])["acr"] == acr


def test_20_the_verification_level_counts_too(house: ProtocolHouse) -> None:
    shown_in_person = house.citizen(
        evidence=EvidenceKind.COUNTER_VISIT, consents={BASIC: ("verification_level",)}
    )
    browser = house.signed_in(shown_in_person)
    claims = json.dumps({"id_token": {"acr": {"essential": True, "value": "LoA3"}}})

    answer = answer_of(house.authorize(browser, scope="openid", claims=claims, prompt="none"))

    # Verification level 3, but two plain factors: LoA3 wants a stronger sign-in.
    assert answer["error"] == "unmet_authentication_requirements"


def test_19_a_required_subject_is_the_one_or_nobody(house: ProtocolHouse, browser: Browser) -> None:
    mine = house.claims(house.tokens_for(browser)["id_token"])["sub"]
    for essential in (True, False):
        for subject, outcome in ((mine, None), ("x", "login_required")):
            wish = {"value": subject, "essential": essential}
            claims = json.dumps({"id_token": {"sub": wish}})
            answer = answer_of(house.authorize(browser, prompt="none", claims=claims))
            assert answer.get("error") == outcome


def test_registered_defaults_hold_where_the_request_says_nothing(house: ProtocolHouse) -> None:
    careful = registration(
        "careful", default_max_age=60, default_acr_values=["LoA1"], require_auth_time=True
    )
    house.secrets.update(house.register.apply([parse_registration(careful)]))
    browser = house.signed_in(house.someone("careful"))

    token = (house.redeem(house.code(browser, "careful"), "careful").json or {})["id_token"]
    assert house.claims(token)["acr"] == "LoA1"
    assert "auth_time" in house.claims(token)

    named = house.code(browser, "careful", acr_values="LoA2", max_age="100000")
    token = (house.redeem(named, "careful").json or {})["id_token"]
    assert house.claims(token)["acr"] == "LoA2"


def test_a_registered_max_age_asks_for_a_new_sign_in(
    house: ProtocolHouse, clock: FakeClock
) -> None:
    house.register.apply([parse_registration(registration("careful", default_max_age=60))])
    browser = house.signed_in(house.someone("careful"))
    assert "code" in answer_of(house.authorize(browser, "careful"))

    clock.advance(timedelta(minutes=2))

    assert urlsplit(house.authorize(browser, "careful").location).path == "/choose"
    assert "code" in answer_of(house.authorize(browser, "careful", max_age="600"))
