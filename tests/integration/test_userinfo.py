"""The UserInfo endpoint, by the numbers of the protocol's requirements."""

from datetime import timedelta

import pytest
import redis

from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.relying_parties.model import ClientId
from tests.fakes.clock import FakeClock
from tests.fakes.protocol_house import ProtocolHouse
from tests.fakes.questions import counted
from tests.fakes.registrations import BASIC

SUBJECT = {"sub", "verification_level", "authentication_level", "acr", "amr", "auth_time", "sid"}


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
def token(house: ProtocolHouse) -> str:
    return str(house.tokens_for(house.signed_in(house.someone()))["access_token"])


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_41_the_header_is_accepted(
    house: ProtocolHouse, token: str, method: str, scheme: str
) -> None:
    answer = getattr(house.api, method)("/userinfo", headers={"Authorization": f"{scheme} {token}"})

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", ""])
def test_41_a_post_with_a_header_may_have_any_content_type(
    house: ProtocolHouse, token: str, content_type: str
) -> None:
    answer = house.api.post(
        "/userinfo", headers={"Authorization": f"Bearer {token}"}, content_type=content_type
    )

    assert answer.status_code == 200


def test_41_a_form_body_is_accepted(house: ProtocolHouse, token: str) -> None:
    assert house.post_form("/userinfo", f"access_token={token}").status_code == 200


def test_41_the_query_is_not(house: ProtocolHouse, token: str) -> None:
    answer = house.api.get(f"/userinfo?access_token={token}")

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="userinfo"'


def test_42_what_was_agreed_to_with_its_types(house: ProtocolHouse) -> None:
    tokens = house.tokens_for(house.signed_in(house.someone()))
    said = house.userinfo(tokens["access_token"]).json
    id_token = house.claims(tokens["id_token"])

    assert {name: said[name] for name in SUBJECT} == {name: id_token[name] for name in SUBJECT}
    assert {name: value for name, value in said.items() if name not in SUBJECT} == {
        "name": "Nguyễn Thị Bưởi",
        "birthdate": "1985-03-27",
        "phone_number": "+84915000001",
        "phone_number_verified": True,
        "identity_number": "052085000001",
        "old_identity_number": "215000001",
    }


def test_42_what_is_not_held_is_left_out(house: ProtocolHouse) -> None:
    everything = ("name", "birthdate", "phone_number", "phone_number_verified")
    both = ("identity_number", "old_identity_number", "verification_level")
    citizen = house.citizen(old_number=None, consents={BASIC: everything + both})
    token = house.tokens_for(house.signed_in(citizen))["access_token"]
    said = house.userinfo(token).json

    assert "old_identity_number" not in said
    assert None not in said.values()
    assert "" not in said.values()


@pytest.mark.parametrize(
    ("scope", "released"),
    [
        ("openid", set()),
        ("openid profile", {"name", "birthdate"}),
        ("openid phone", {"phone_number", "phone_number_verified"}),
        ("openid email", set()),  # nobody can prove an address yet
        ("openid identity_number", {"identity_number", "old_identity_number"}),
        ("openid address offline_access nonsense", set()),
    ],
)
def test_43_each_scope_releases_its_own(
    house: ProtocolHouse, scope: str, released: set[str]
) -> None:
    token = house.tokens_for(house.signed_in(house.someone()), scope=scope)["access_token"]

    assert house.userinfo(token).json.keys() - SUBJECT == released


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Basic x", "x", ""])
def test_45_no_token_gets_a_bare_challenge(house: ProtocolHouse, header: str) -> None:
    answer = house.api.get("/userinfo", headers={"Authorization": header})

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer realm=")


@pytest.mark.parametrize("value", ["x", "a b", '"', "x" * 5000])
def test_45_a_token_nobody_issued_is_invalid(house: ProtocolHouse, value: str) -> None:
    answer = house.userinfo(value)

    assert (answer.status_code, answer.json["error"]) == (401, "invalid_token")
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_45_a_token_ends_after_five_minutes(
    house: ProtocolHouse, clock: FakeClock, token: str
) -> None:
    clock.advance(timedelta(minutes=5))

    assert house.userinfo(token).status_code == 401


def test_45_a_token_of_a_disabled_portal_is_invalid(house: ProtocolHouse, token: str) -> None:
    """At once, also from a process that has not heard of it otherwise."""
    house.disable(ClientId(BASIC))

    assert house.userinfo(token).status_code == 401


def test_two_tokens_are_an_error(house: ProtocolHouse, token: str) -> None:
    answer = house.post_form(
        "/userinfo", f"access_token={token}", {"Authorization": f"Bearer {token}"}
    )

    assert (answer.status_code, answer.json["error"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    "body", ["access_token=%FF", "access_token=a&access_token=a", "x=" + "y" * 70_000]
)
def test_a_malformed_body_is_no_500(house: ProtocolHouse, body: str) -> None:
    answer = house.post_form("/userinfo", body)

    assert (answer.status_code, answer.json["error"]) == (400, "invalid_request")


def test_a_code_and_an_id_token_are_no_access_tokens(house: ProtocolHouse) -> None:
    browser = house.signed_in(house.someone())

    assert house.userinfo(house.code(browser)).status_code == 401
    assert house.userinfo(house.tokens_for(browser)["id_token"]).status_code == 401


def test_it_costs_one_question_to_each_store(house: ProtocolHouse, token: str) -> None:
    with counted(house.database) as questions:
        assert house.userinfo(token).status_code == 200

    assert questions.commands == ["MGET"]
    assert len(questions.statements) == 1
