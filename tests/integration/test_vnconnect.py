"""A portal written for the existing national sign-on connects, and needs nothing but addresses."""

import base64
import os
from typing import Any
from urllib.parse import urlencode

import pytest
import redis
from werkzeug.test import TestResponse

from idp.citizens.model import CitizenId
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from tests.fakes.clock import FakeClock
from tests.fakes.protocol_house import Browser, ProtocolHouse, answer_of
from tests.fakes.registrations import BASIC, registration

OLD, OTHER_OLD = "cong-cu", "cong-cu-khac"
CALLBACK = f"https://{OLD}.example/callback"
STATE = base64.b64encode(os.urandom(384)).decode()  # 512 characters, with + / and =
CLAIMS = [
    "name",
    "birthdate",
    "phone_number",
    "identity_number",
    "old_identity_number",
]


def written_for_vnconnect(client_id: str) -> dict[str, Any]:
    return registration(
        client_id,
        security_profile="legacy",
        sector=None,  # theirs is one for all, where nothing is said
        token_endpoint_auth_method="client_secret_post",
        id_token_signed_response_alg=None,
        require_pkce=None,
        scope="openid",
        claims=CLAIMS,
    )


@pytest.fixture
def house(
    sqlite_database: Database,
    redis_client: redis.Redis,
    redis_url: str,
    clock: FakeClock,
    index: BlindIndex,
) -> ProtocolHouse:
    portals = (
        written_for_vnconnect(OLD),
        written_for_vnconnect(OTHER_OLD),
        registration(BASIC),
    )
    return ProtocolHouse(
        sqlite_database, redis_client, redis_url, clock, index, registrations=portals
    )


@pytest.fixture
def citizen(house: ProtocolHouse) -> CitizenId:
    agreed = (*CLAIMS, "phone_number_verified", "verification_level")
    return house.citizen(consents={OLD: agreed, OTHER_OLD: agreed, BASIC: agreed})


@pytest.fixture
def browser(house: ProtocolHouse, citizen: CitizenId) -> Browser:
    return house.signed_in(citizen)


def authorize(browser: Browser, client_id: str = OLD, **more: str) -> dict[str, str]:
    asked = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": f"https://{client_id}.example/callback",
        "scope": "openid",
        "state": STATE,
        **more,
    }
    return answer_of(browser.get(f"/authorize?{urlencode(asked)}"))


def post(house: ProtocolHouse, path: str, client_id: str = OLD, **form: str) -> TestResponse:
    """Client id and secret go in the body."""
    form |= {"client_id": client_id, "client_secret": house.secrets[client_id]}
    return house.post_form(path, urlencode(form))


def tokens_of(house: ProtocolHouse, browser: Browser, client_id: str = OLD) -> dict[str, Any]:
    answer = post(
        house,
        "/token",
        client_id,
        grant_type="authorization_code",
        code=authorize(browser, client_id)["code"],
        redirect_uri=f"https://{client_id}.example/callback",
    )
    assert answer.status_code == 200, answer.text
    return dict(answer.json or {})


@pytest.fixture
def tokens(house: ProtocolHouse, browser: Browser) -> dict[str, Any]:
    return tokens_of(house, browser)


@pytest.mark.parametrize("more", [{}, {"acr_values": "LoA1"}])
def test_authorize_with_openid_alone_and_neither_nonce_nor_pkce(
    browser: Browser, more: dict[str, str]
) -> None:
    answer = authorize(browser, **more)

    assert answer["code"]
    assert answer["state"] == STATE


def test_the_token_response(house: ProtocolHouse, tokens: dict[str, Any]) -> None:
    claims = house.claims(tokens["id_token"])

    assert tokens["token_type"] == "Bearer"
    assert "refresh_token" not in tokens
    assert "nonce" not in claims
    assert "HoVaTen" not in claims


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/x-www-form-urlencoded", "text/plain", "x/y", ""],
)
def test_userinfo_is_posted_to_with_whatever_content_type(
    house: ProtocolHouse, tokens: dict[str, Any], content_type: str
) -> None:
    answer = house.api.post(
        "/userinfo",
        headers={"Authorization": f"Bearer {tokens['access_token']}"},
        content_type=content_type,
    )
    subject = house.claims(tokens["id_token"])["sub"]

    assert answer.json == {
        "sub": subject,
        "TechID": subject,
        "LoaiTaiKhoan": "1",
        "HoVaTen": "Nguyễn Thị Bưởi",
        "SoDinhDanh": "052085000001",
        "SoCMND": "215000001",
        "NgayThangNamSinh": "19850327",
        "SoDienThoai": "0915000001",
        "loginIdp": "DVCQG-MODEL",
        "loAs": ["LoA2"],
    }


def test_the_names_are_for_such_portals_alone(house: ProtocolHouse, browser: Browser) -> None:
    said = house.userinfo(house.tokens_for(browser)["access_token"]).json

    assert not said.keys() & {"TechID", "HoVaTen", "loAs"}


def test_such_portals_know_a_citizen_by_one_name(house: ProtocolHouse, browser: Browser) -> None:
    names = {
        house.userinfo(tokens_of(house, browser, portal)["access_token"]).json["TechID"]
        for portal in (OLD, OTHER_OLD)
    }
    elsewhere = house.userinfo(house.tokens_for(browser)["access_token"]).json["sub"]

    assert len(names) == 1
    assert elsewhere not in names


def test_introspection_with_the_token_as_its_own_key(
    house: ProtocolHouse, tokens: dict[str, Any]
) -> None:
    token = tokens["access_token"]
    answer = house.post_form(
        "/introspect", urlencode({"token": token}), {"Authorization": f"Bearer {token}"}
    )

    assert answer.json is not None
    assert answer.json["active"] is True
    assert answer.json["client_id"] == OLD


@pytest.mark.parametrize("which", ["access_token", "id_token"])
def test_revocation_with_a_malformed_hint(
    house: ProtocolHouse, tokens: dict[str, Any], which: str
) -> None:
    form = {"token": tokens[which], "token_type_hint ": "access token", "client_id": OLD}
    body = urlencode(form | {"client_secret": house.secrets[OLD]})

    assert house.post_form("/revoke", body).status_code == 200
    gone = house.userinfo(tokens["access_token"]).status_code == 401
    assert gone is (which == "access_token")


def test_sign_out_by_get_needs_no_question(
    house: ProtocolHouse, browser: Browser, tokens: dict[str, Any]
) -> None:
    asked = {
        "id_token_hint": tokens["id_token"],
        "post_logout_redirect_uri": f"https://{OLD}.example/bye",
    }
    answer = browser.get(f"/logout?{urlencode(asked)}")

    assert answer.status_code == 303
    assert answer.location == asked["post_logout_redirect_uri"]
    assert house.userinfo(tokens["access_token"]).status_code == 401


def test_what_the_profile_does_not_offer(house: ProtocolHouse) -> None:
    for grant_type in ("refresh_token", "client_credentials"):
        answer = post(house, "/token", grant_type=grant_type, refresh_token="x")
        assert (answer.status_code, (answer.json or {})["error"]) == (400, "unauthorized_client")
