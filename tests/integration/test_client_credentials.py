"""Client credentials, resources (RFC 8707) and signed access tokens (RFC 9068)."""

import base64
import json
from typing import Any
from urllib.parse import urlencode

import pytest
import redis
from werkzeug.test import TestResponse

from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.relying_parties.model import ClientId
from tests.fakes.clock import FakeClock
from tests.fakes.protocol_house import ISSUER, ProtocolHouse, basic
from tests.fakes.questions import counted
from tests.fakes.registrations import BASIC, registration

RECORDS, PAYMENTS = "https://api.example/records", "https://api.example/payments?v=1"
OWN = {"grant_types": ["authorization_code", "client_credentials"]}


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
            registration(BASIC, **OWN, resources=[RECORDS, PAYMENTS]),
            registration("one", **OWN, resources=[RECORDS], id_token_signed_response_alg=None),
            registration("none", **OWN),
            registration("others"),
        ),
    )


def ask(house: ProtocolHouse, client_id: str = BASIC, **more: str) -> TestResponse:
    form = urlencode({"grant_type": "client_credentials", **more})
    header = {"Authorization": basic(client_id, house.secrets[client_id])}
    return house.post_form("/token", form, header)


def error_of(response: TestResponse) -> tuple[int, str]:
    return response.status_code, (response.json or {})["error"]


def header_of(token: str) -> dict[str, Any]:
    return dict(json.loads(base64.urlsafe_b64decode(token.split(".", maxsplit=1)[0] + "==")))


def test_what_an_access_token_says(house: ProtocolHouse, clock: FakeClock) -> None:
    answer = ask(house, resource=RECORDS)
    said = answer.json or {}
    now = int(clock.now().timestamp())
    claims = house.claims(said["access_token"])

    assert answer.headers["Cache-Control"] == "no-store"
    assert said.keys() == {"access_token", "token_type", "expires_in"}
    assert (said["token_type"], said["expires_in"]) == ("Bearer", 300)
    assert claims == {
        "iss": ISSUER,
        "aud": RECORDS,
        "sub": BASIC,
        "client_id": BASIC,
        "iat": now,
        "exp": now + 300,
        "jti": claims["jti"],
    }
    assert header_of(said["access_token"])["typ"] == "at+jwt"


@pytest.mark.parametrize(("client_id", "algorithm"), [(BASIC, "ES256"), ("one", "RS256")])
def test_the_algorithm_is_that_of_its_id_tokens(
    house: ProtocolHouse, client_id: str, algorithm: str
) -> None:
    token = (ask(house, client_id, resource=RECORDS).json or {})["access_token"]

    assert header_of(token)["alg"] == algorithm
    assert house.claims(token)["aud"] == RECORDS


def test_every_token_has_a_name_of_its_own(house: ProtocolHouse) -> None:
    names = {
        house.claims((ask(house, resource=RECORDS).json or {})["access_token"])["jti"]
        for _ in range(3)
    }

    assert len(names) == 3


def test_the_only_resource_need_not_be_named(house: ProtocolHouse) -> None:
    assert house.claims((ask(house, "one").json or {})["access_token"])["aud"] == RECORDS


@pytest.mark.parametrize(
    ("client_id", "resource"),
    [
        (BASIC, None),  # which of the two?
        (BASIC, "https://api.example/record"),
        (BASIC, f"{RECORDS}/"),
        (BASIC, f"{RECORDS}#x"),
        (BASIC, "HTTPS://API.EXAMPLE/records"),
        (BASIC, "records"),
        ("one", PAYMENTS),
        ("none", None),
        ("none", RECORDS),
    ],
)
def test_other_resources_are_refused(
    house: ProtocolHouse, client_id: str, resource: str | None
) -> None:
    answer = ask(house, client_id, **({} if resource is None else {"resource": resource}))

    assert error_of(answer) == (400, "invalid_target")


@pytest.mark.parametrize("second", [RECORDS, PAYMENTS, "%FF"])
def test_one_token_is_for_one_resource(house: ProtocolHouse, second: str) -> None:
    header = {"Authorization": basic(BASIC, house.secrets[BASIC])}
    body = f"grant_type=client_credentials&resource={RECORDS}&resource={second}"

    assert error_of(house.post_form("/token", body, header)) == (400, "invalid_target")


@pytest.mark.parametrize("scope", ["openid", "profile", "openid offline_access", "read"])
def test_no_scope_that_speaks_of_a_citizen(house: ProtocolHouse, scope: str) -> None:
    assert error_of(ask(house, resource=RECORDS, scope=scope)) == (400, "invalid_scope")


def test_only_who_registered_for_it(house: ProtocolHouse) -> None:
    assert error_of(ask(house, "others", resource=RECORDS)) == (400, "unauthorized_client")


def test_the_token_opens_nothing_of_ours(house: ProtocolHouse) -> None:
    token = (ask(house, resource=RECORDS).json or {})["access_token"]

    assert house.userinfo(token).status_code == 401
    hinted = house.browser().get(f"/logout?id_token_hint={token}&state=x")
    assert hinted.status_code in {200, 400}  # a page, never a sign-out by that


def test_a_disabled_portal_is_out_at_once(house: ProtocolHouse) -> None:
    house.disable(ClientId(BASIC))

    assert error_of(ask(house, resource=RECORDS)) == (401, "invalid_client")


def test_it_costs_one_question_to_redis_and_none_to_the_database(house: ProtocolHouse) -> None:
    ask(house, resource=RECORDS)
    with counted(house.database) as questions:
        assert ask(house, resource=RECORDS).status_code == 200

    assert questions.commands == ["GET"]
    assert questions.statements == []
