"""Revocation (RFC 7009)."""

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
from tests.fakes.clock import FakeClock
from tests.fakes.protocol_house import ProtocolHouse, basic
from tests.fakes.registrations import BASIC, POST, registration

AGREED = ("name", "birthdate", "verification_level", "offline_access")
SCOPE = "openid profile offline_access"


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
        "resources": ["https://api.example/records"],
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
        ),
    )


@pytest.fixture
def tokens(house: ProtocolHouse) -> dict[str, Any]:
    citizen = house.citizen(consents={BASIC: AGREED})
    return house.tokens_for(house.signed_in(citizen), scope=SCOPE)


def header(house: ProtocolHouse) -> dict[str, str]:
    return {"Authorization": basic(BASIC, house.secrets[BASIC])}


def own_token(house: ProtocolHouse) -> str:
    answer = house.post_form("/token", "grant_type=client_credentials", header(house))
    return str((answer.json or {})["access_token"])


def refresh(house: ProtocolHouse, token: str) -> TestResponse:
    form = urlencode({"grant_type": "refresh_token", "refresh_token": token})
    return house.post_form("/token", form, header(house))


def revoke(house: ProtocolHouse, token: str, client_id: str = BASIC, **more: str) -> TestResponse:
    form: dict[str, str] = {"token": token, **more}
    headers: Mapping[str, str] = header(house)
    if client_id == POST:
        form |= {"client_id": POST, "client_secret": house.secrets[POST]}
        headers = {}
    return house.post_form("/revoke", urlencode(form), headers)


def is_active(house: ProtocolHouse, token: str) -> bool:
    answer = house.post_form("/introspect", urlencode({"token": token}), header(house))
    return bool((answer.json or {})["active"])


def error_of(response: TestResponse) -> tuple[int, str]:
    return response.status_code, (response.json or {})["error"]


def test_an_access_token_ends_alone(house: ProtocolHouse, tokens: dict[str, Any]) -> None:
    answer = revoke(house, tokens["access_token"])

    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["Cache-Control"] == "no-store"
    assert house.userinfo(tokens["access_token"]).status_code == 401
    assert refresh(house, tokens["refresh_token"]).status_code == 200


def test_a_refresh_token_ends_its_family_and_all_that_came_of_it(
    house: ProtocolHouse, tokens: dict[str, Any]
) -> None:
    second = refresh(house, tokens["refresh_token"]).json or {}

    assert revoke(house, second["refresh_token"]).status_code == 200

    for answer in (tokens, second):
        assert house.userinfo(answer["access_token"]).status_code == 401
        assert error_of(refresh(house, answer["refresh_token"])) == (400, "invalid_grant")
    assert house.events().count("refresh_token_revoked") == 1


def test_a_spent_refresh_token_ends_the_family_too(
    house: ProtocolHouse, tokens: dict[str, Any]
) -> None:
    second = refresh(house, tokens["refresh_token"]).json or {}

    revoke(house, tokens["refresh_token"])

    assert error_of(refresh(house, second["refresh_token"])) == (400, "invalid_grant")


def test_a_signed_access_token_ends_alone(house: ProtocolHouse) -> None:
    one, other = own_token(house), own_token(house)
    assert revoke(house, one).status_code == 200

    assert (is_active(house, one), is_active(house, other)) == (False, True)


def test_others_end_nothing_and_hear_nothing(house: ProtocolHouse, tokens: dict[str, Any]) -> None:
    for token in (tokens["access_token"], tokens["refresh_token"]):
        assert revoke(house, token, POST).status_code == 200

    assert house.userinfo(tokens["access_token"]).status_code == 200
    assert refresh(house, tokens["refresh_token"]).status_code == 200


@pytest.mark.parametrize(
    "token", ["unknown", "a.b.c", "..", '"', "é", "x" * 9000, "eyJhbGciOiJub25lIn0.e30."]
)
def test_what_is_unknown_is_ended_already(house: ProtocolHouse, token: str) -> None:
    assert revoke(house, token).status_code == 200


def test_an_id_token_is_nothing_to_end(house: ProtocolHouse, tokens: dict[str, Any]) -> None:
    assert revoke(house, tokens["id_token"]).status_code == 200
    assert house.userinfo(tokens["access_token"]).status_code == 200


def test_twice_is_as_good_as_once(house: ProtocolHouse, tokens: dict[str, Any]) -> None:
    for token in (tokens["access_token"], tokens["refresh_token"]):
        assert revoke(house, token).status_code == 200
        assert revoke(house, token).status_code == 200
    assert house.events().count("refresh_token_revoked") == 1


@pytest.mark.parametrize(
    "hint",
    [
        "token_type_hint=access_token",
        "token_type_hint=refresh_token",
        "token_type_hint=nonsense",
        "token_type_hint=",
        "token_type_hint=%FF",
        "token_type_hint=a&token_type_hint=b",
        "token_type_hin=access_token",
        "token_type_hint%20=access_token",
        "=access_token",
    ],
)
def test_hints_are_ignored(house: ProtocolHouse, tokens: dict[str, Any], hint: str) -> None:
    body = f"{hint}&{urlencode({'token': tokens['access_token']})}"

    assert house.post_form("/revoke", body, header(house)).status_code == 200
    assert house.userinfo(tokens["access_token"]).status_code == 401


def test_the_caller_must_prove_itself(house: ProtocolHouse, tokens: dict[str, Any]) -> None:
    body = urlencode({"token": tokens["access_token"]})
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}

    for headers in (None, {"Authorization": basic(BASIC, "wrong")}, bearer):
        assert error_of(house.post_form("/revoke", body, headers)) == (401, "invalid_client")
    assert house.userinfo(tokens["access_token"]).status_code == 200


@pytest.mark.parametrize("body", ["", "token=", "token=a&token=b", "token=%FF"])
def test_a_malformed_request_is_an_error(house: ProtocolHouse, body: str) -> None:
    assert error_of(house.post_form("/revoke", body, header(house))) == (400, "invalid_request")


def test_only_post_is_answered(house: ProtocolHouse) -> None:
    assert house.api.get("/revoke?token=x").status_code == 405


@pytest.mark.parametrize("kind", ["access_token", "refresh_token", "own"])
def test_a_secret_that_was_replaced_ends_nothing(
    house: ProtocolHouse, tokens: dict[str, Any], kind: str
) -> None:
    """At once, also at a process that has not heard of it otherwise."""
    token = own_token(house) if kind == "own" else tokens[kind]
    leaked = house.secrets[BASIC]
    new = house.rotate_secret(ClientId(BASIC), grace=timedelta(0), reason=Reason("it leaked"))

    answer = revoke(house, token)
    assert (answer.status_code, (answer.json or {})["error"]) == (401, "invalid_client")

    house.secrets[BASIC] = new
    assert new != leaked
    assert is_active(house, token)
