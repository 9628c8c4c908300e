"""Introspection (RFC 7662)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import redis
from werkzeug.test import TestResponse

from idp.core.reason import Reason
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.relying_parties.model import ClientId
from tests.fakes.client_keys import ASSERTION_TYPE, public_jwks, signed
from tests.fakes.clock import FakeClock
from tests.fakes.protocol_house import ISSUER, REFRESH_POLICY, ProtocolHouse, basic
from tests.fakes.questions import counted
from tests.fakes.registrations import BASIC, POST, registration

RECORDS = "https://api.example/records"
GUARD, KEYED = "guard-of-records", "portal-key"
AGREED = ("name", "birthdate", "verification_level", "offline_access")
SCOPE = "openid profile offline_access"
INACTIVE = {"active": False}


@pytest.fixture
def house(
    sqlite_database: Database,
    redis_client: redis.Redis,
    redis_url: str,
    clock: FakeClock,
    index: BlindIndex,
) -> ProtocolHouse:
    grants = {
        "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
        "scope": "openid profile offline_access",
        "resources": [RECORDS],
    }
    return ProtocolHouse(
        sqlite_database,
        redis_client,
        redis_url,
        clock,
        index,
        registrations=(
            registration(BASIC, **grants),
            registration(POST, token_endpoint_auth_method="client_secret_post"),
            registration(GUARD, resources=[RECORDS]),
            registration(KEYED, token_endpoint_auth_method="private_key_jwt", jwks=public_jwks()),
        ),
    )


@pytest.fixture
def tokens(house: ProtocolHouse) -> dict[str, Any]:
    citizen = house.citizen(consents={BASIC: AGREED})
    return house.tokens_for(house.signed_in(citizen), scope=SCOPE)


def own_token(house: ProtocolHouse) -> str:
    header = {"Authorization": basic(BASIC, house.secrets[BASIC])}
    answer = house.post_form("/token", "grant_type=client_credentials", header)
    return str((answer.json or {})["access_token"])


def introspect(
    house: ProtocolHouse, token: str, client_id: str = BASIC, **more: str
) -> TestResponse:
    form: dict[str, str] = {"token": token, **more}
    headers: Mapping[str, str] = {}
    if client_id == POST:
        form |= {"client_id": POST, "client_secret": house.secrets[POST]}
    else:
        headers = {"Authorization": basic(client_id, house.secrets[client_id])}
    return house.post_form("/introspect", urlencode(form), headers)


def error_of(response: TestResponse) -> tuple[int, str]:
    return response.status_code, (response.json or {})["error"]


def test_an_access_token(house: ProtocolHouse, tokens: dict[str, Any], clock: FakeClock) -> None:
    answer = introspect(house, tokens["access_token"])
    id_token = house.claims(tokens["id_token"])
    now = int(clock.now().timestamp())

    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json == {
        "active": True,
        "iss": ISSUER,
        "aud": ISSUER,
        "sub": id_token["sub"],
        "client_id": BASIC,
        "scope": SCOPE,
        "iat": now,
        "exp": now + 300,
        "acr": "LoA2",
        "auth_time": id_token["auth_time"],
        "token_type": "Bearer",
    }


def test_a_refresh_token(house: ProtocolHouse, tokens: dict[str, Any], clock: FakeClock) -> None:
    told = introspect(house, tokens["refresh_token"]).json or {}
    now = clock.now()

    assert told["active"] is True
    assert told["sub"] == house.claims(tokens["id_token"])["sub"]
    assert told["scope"] == SCOPE
    assert told["exp"] == int((now + REFRESH_POLICY.idle).timestamp())
    assert "token_type" not in told  # it is nothing to call a resource with


def test_a_signed_access_token(house: ProtocolHouse, clock: FakeClock) -> None:
    token = own_token(house)
    now = int(clock.now().timestamp())

    assert introspect(house, token).json == {
        "active": True,
        "iss": ISSUER,
        "sub": BASIC,
        "client_id": BASIC,
        "aud": RECORDS,
        "iat": now,
        "exp": now + 300,
        "jti": house.claims(token)["jti"],
        "token_type": "Bearer",
    }


def test_a_resource_is_told_of_what_is_meant_for_it(
    house: ProtocolHouse, tokens: dict[str, Any]
) -> None:
    told = introspect(house, own_token(house), GUARD).json or {}

    assert (told["active"], told["client_id"]) == (True, BASIC)
    assert introspect(house, tokens["access_token"], GUARD).json == INACTIVE


def test_others_hear_of_nothing(house: ProtocolHouse, tokens: dict[str, Any]) -> None:
    for token in (tokens["access_token"], tokens["refresh_token"], own_token(house)):
        assert introspect(house, token, POST).json == INACTIVE


@pytest.mark.parametrize(
    "token", ["unknown", "a.b.c", "..", ".", '"', "é", "x" * 9000, "eyJhbGciOiJub25lIn0.e30."]
)
def test_what_is_no_token_is_not_active(house: ProtocolHouse, token: str) -> None:
    answer = introspect(house, token)

    assert (answer.status_code, answer.json) == (200, INACTIVE)


def test_an_id_token_and_a_code_are_not_active(
    house: ProtocolHouse, tokens: dict[str, Any]
) -> None:
    someone = house.citizen("052085000002", old_number=None, consents={BASIC: AGREED})
    code = house.code(house.signed_in(someone), scope=SCOPE)

    assert introspect(house, tokens["id_token"]).json == INACTIVE
    assert introspect(house, code).json == INACTIVE
    assert house.redeem(code).status_code == 200  # nothing was spent by asking


def test_what_has_ended_is_not_active(
    house: ProtocolHouse, tokens: dict[str, Any], clock: FakeClock
) -> None:
    own = own_token(house)
    clock.advance(timedelta(minutes=5))

    for token in (tokens["access_token"], own):
        assert introspect(house, token).json == INACTIVE
    clock.advance(REFRESH_POLICY.idle)
    assert introspect(house, tokens["refresh_token"]).json == INACTIVE


def test_a_spent_refresh_token_is_not_active(house: ProtocolHouse, tokens: dict[str, Any]) -> None:
    form = urlencode({"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]})
    header = {"Authorization": basic(BASIC, house.secrets[BASIC])}
    assert house.post_form("/token", form, header).status_code == 200

    assert introspect(house, tokens["refresh_token"]).json == INACTIVE


def test_a_token_of_a_disabled_portal_is_not_active(house: ProtocolHouse) -> None:
    """At once, also from a process that has not heard of it otherwise."""
    token = own_token(house)
    house.disable(ClientId(BASIC))

    assert introspect(house, token, GUARD).json == INACTIVE


@pytest.mark.parametrize("kind", ["access_token", "refresh_token", "own"])
def test_a_disabled_portal_is_told_nothing(
    house: ProtocolHouse, tokens: dict[str, Any], kind: str
) -> None:
    """At once, too."""
    token = own_token(house) if kind == "own" else tokens[kind]
    house.disable(ClientId(BASIC))

    assert error_of(introspect(house, token)) == (401, "invalid_client")


@pytest.mark.parametrize("kind", ["access_token", "refresh_token", "own"])
def test_a_secret_that_was_replaced_asks_nothing_more(
    house: ProtocolHouse, tokens: dict[str, Any], kind: str
) -> None:
    """At once, also at a process that has not heard of it otherwise."""
    token = own_token(house) if kind == "own" else tokens[kind]
    house.rotate_secret(ClientId(BASIC), grace=timedelta(0), reason=Reason("it leaked"))

    assert error_of(introspect(house, token)) == (401, "invalid_client")
    assert house.events()[-1] == "client_refused"


def test_nor_is_the_bearer_of_its_token(house: ProtocolHouse, tokens: dict[str, Any]) -> None:
    token = tokens["access_token"]
    house.disable(ClientId(BASIC))

    bearer = {"Authorization": f"Bearer {token}"}
    answer = house.post_form("/introspect", urlencode({"token": token}), bearer)

    assert error_of(answer) == (401, "invalid_client")


@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "nonsense"])
def test_a_hint_changes_nothing(house: ProtocolHouse, tokens: dict[str, Any], hint: str) -> None:
    for token in (tokens["access_token"], tokens["refresh_token"]):
        assert (introspect(house, token, token_type_hint=hint).json or {})["active"] is True


# --- who may ask ----------------------------------------------------------------------------------


def test_the_caller_must_prove_itself(house: ProtocolHouse, tokens: dict[str, Any]) -> None:
    body = urlencode({"token": tokens["access_token"]})
    anonymous = house.post_form("/introspect", body)
    wrong = house.post_form("/introspect", body, {"Authorization": basic(BASIC, "wrong")})

    assert error_of(anonymous) == error_of(wrong) == (401, "invalid_client")
    assert anonymous.headers["WWW-Authenticate"].startswith("Basic ")


def test_by_private_key_jwt(house: ProtocolHouse, clock: FakeClock) -> None:
    now = int(clock.now().timestamp())
    claims = {"iss": KEYED, "sub": KEYED, "aud": ISSUER, "exp": now + 60, "jti": "x"}
    form = {
        "token": "unknown",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": signed(claims),
    }

    assert house.post_form("/introspect", urlencode(form)).json == INACTIVE
    assert error_of(house.post_form("/introspect", urlencode(form))) == (401, "invalid_client")


def test_a_bearer_may_ask_about_itself_alone(house: ProtocolHouse, tokens: dict[str, Any]) -> None:
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}

    def ask(token: str) -> TestResponse:
        return house.post_form("/introspect", urlencode({"token": token}), bearer)

    assert (ask(tokens["access_token"]).json or {})["active"] is True
    assert error_of(ask(tokens["refresh_token"])) == (401, "invalid_client")
    assert error_of(ask("unknown")) == (401, "invalid_client")


@pytest.mark.parametrize("value", ["unknown", "", "a.b.c"])
def test_a_bearer_that_is_nothing_may_not_ask(house: ProtocolHouse, value: str) -> None:
    answer = house.post_form(
        "/introspect", urlencode({"token": value}), {"Authorization": f"Bearer {value}"}
    )

    assert error_of(answer) == (401, "invalid_client")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("", "application/x-www-form-urlencoded"),
        ("token=", "application/x-www-form-urlencoded"),
        ("token=a&token=b", "application/x-www-form-urlencoded"),
        ("token=%FF", "application/x-www-form-urlencoded"),
        ("x=" + "y" * 70_000, "application/x-www-form-urlencoded"),
        ('{"token": "x"}', "application/json"),
    ],
)
def test_a_malformed_request_is_an_error(
    house: ProtocolHouse, body: str, content_type: str
) -> None:
    header = {"Authorization": basic(BASIC, house.secrets[BASIC])}
    answer = house.api.post("/introspect", data=body, content_type=content_type, headers=header)

    assert error_of(answer) == (400, "invalid_request")


def test_only_post_is_answered(house: ProtocolHouse) -> None:
    assert house.api.get("/introspect?token=x").status_code == 405


def test_it_costs_one_question_to_redis(house: ProtocolHouse, tokens: dict[str, Any]) -> None:
    with counted(house.database) as questions:
        assert (introspect(house, tokens["access_token"]).json or {})["active"] is True

    assert questions.commands == ["MGET"]
    assert questions.statements == []
