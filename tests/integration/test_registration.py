"""Portals that register themselves, by the numbers of the protocol's requirements."""

import io
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import redis
from joserfc.jwk import ECKey, RSAKey
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from idp.adapters.redis.registry_version import RedisRegistryVersion
from idp.core.handles import Handle
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.relying_parties.initial_tokens import InitialTokens
from idp.relying_parties.logos import Logos
from idp.relying_parties.model import (
    ClientId,
    InitialAccessToken,
    RelyingParty,
    RelyingPartyRecord,
    RelyingPartySecret,
)
from idp.relying_parties.ports import FetchFailed
from idp.relying_parties.register_dynamically import NotAllowed, RegisterDynamically, Registered
from idp.relying_parties.registry import Registry
from idp.relying_parties.secrets import SecretHasher
from tests.fakes.at_once import at_once
from tests.fakes.clock import FakeClock
from tests.fakes.fetcher import FetcherInMemory
from tests.fakes.protocol_house import ISSUER, ProtocolHouse, basic
from tests.fakes.registrations import BASIC

CALLBACK = "https://new.example/callback"
KEY = ECKey.generate_key("P-256", {"kid": "k1", "use": "sig", "alg": "ES256"})
JWKS = {"keys": [KEY.as_dict(private=False)]}
PATH = "/connect/register"


@pytest.fixture
def closed(
    sqlite_database: Database,
    redis_client: redis.Redis,
    redis_url: str,
    clock: FakeClock,
    index: BlindIndex,
) -> ProtocolHouse:
    return ProtocolHouse(sqlite_database, redis_client, redis_url, clock, index)


@pytest.fixture
def house(
    sqlite_database: Database,
    redis_client: redis.Redis,
    redis_url: str,
    clock: FakeClock,
    index: BlindIndex,
) -> ProtocolHouse:
    return ProtocolHouse(
        sqlite_database, redis_client, redis_url, clock, index, open_registration=True
    )


def metadata(**changes: Any) -> dict[str, Any]:
    sent = {"client_name": "Cổng mới Đà Nẵng", "redirect_uris": [CALLBACK]} | changes
    return {name: value for name, value in sent.items() if value is not ...}


def register(house: ProtocolHouse, token: str | None = None, **changes: Any) -> TestResponse:
    return send(house, "POST", PATH, token, metadata(**changes))


def send(
    house: ProtocolHouse, method: str, url: str, token: str | None, body: object = None
) -> TestResponse:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    if body is None:
        return house.api.open(url, method=method, headers=headers)
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return house.api.open(
        url, method=method, data=content, content_type="application/json", headers=headers
    )


def managed(house: ProtocolHouse, method: str, made: Mapping[str, Any], **put: Any) -> TestResponse:
    parts = urlsplit(made["registration_client_uri"])
    body = metadata(client_id=made["client_id"], **put) if method == "PUT" else None
    url = f"{parts.path}?{parts.query}"
    return send(house, method, url, made["registration_access_token"], body)


def party(house: ProtocolHouse, made: Mapping[str, Any]) -> RelyingParty:
    house.registry.catch_up_now()  # also what was changed
    found = house.registry.find(ClientId(made["client_id"]))
    assert found is not None
    return found


def count(house: ProtocolHouse) -> int:
    with house.database.reading() as reading:
        number = reading.scalar(select(func.count()).select_from(RelyingPartyRecord))
    assert number is not None
    return number


# --- registering


def test_46_what_was_registered_is_answered(house: ProtocolHouse) -> None:
    answer = register(house, contacts=["help@new.example"], scope="openid email")
    made = answer.json

    assert answer.status_code == 201
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(made["client_secret"]) >= 43
    assert made["client_secret_expires_at"] == 0
    assert made["registration_client_uri"].startswith(f"{ISSUER}{PATH}?client_id=")
    assert made["registration_access_token"]
    assert made["client_id_issued_at"] == int(house.clock.now().timestamp())
    assert made["contacts"] == ["help@new.example"]
    assert made["scope"] == "email openid"
    assert made["redirect_uris"] == [CALLBACK]
    assert "sector" not in made
    assert house.events()[-1] == "relying_party_registered"


def test_46_only_hashes_are_kept(house: ProtocolHouse) -> None:
    made = register(house).json

    with house.database.reading() as reading:
        row = reading.get(RelyingPartyRecord, ClientId(made["client_id"]))
        assert row is not None
        held = repr([vars(row), *(vars(secret) for secret in row.secrets)])
    assert made["client_secret"] not in held
    assert made["registration_access_token"] not in held


def test_48_what_is_not_said_has_its_default(house: ProtocolHouse) -> None:
    made = register(house).json

    assert made["id_token_signed_response_alg"] == "RS256"
    assert made["token_endpoint_auth_method"] == "client_secret_basic"
    assert made["grant_types"] == ["authorization_code"]
    assert made["response_types"] == ["code"]
    assert made["subject_type"] == "pairwise"
    assert not party(house, made).pkce_required
    assert party(house, made).dynamic


@pytest.mark.parametrize(
    ("name", "asked", "registered"),
    [
        ("response_types", ["code", "id_token", "code id_token"], ["code"]),
        (
            "grant_types",
            ["authorization_code", "implicit", "refresh_token"],
            ["authorization_code", "refresh_token"],
        ),
    ],
)
def test_48_of_all_flows_that_a_library_knows_the_offered_ones_are_registered(
    house: ProtocolHouse, name: str, asked: list[str], registered: list[str]
) -> None:
    assert register(house, **{name: asked}).json[name] == registered


HONOURED = {
    "id_token_signed_response_alg": "ES256",
    "userinfo_signed_response_alg": "RS256",
    "request_object_signing_alg": "PS256",
    "response_types": ["code"],
    "grant_types": ["authorization_code", "refresh_token"],
    "token_endpoint_auth_method": "client_secret_post",
    "contacts": ["a@new.example", "b@new.example"],
    "request_uris": ["https://new.example/request.jwt#hash"],
    "post_logout_redirect_uris": ["https://new.example/bye"],
    "frontchannel_logout_uri": "https://new.example/front",
    "frontchannel_logout_session_required": True,
    "backchannel_logout_uri": "https://new.example/back",
    "backchannel_logout_session_required": True,
    "initiate_login_uri": "https://new.example/start",
    "jwks_uri": "https://new.example/jwks",
    "default_max_age": 300,
    "require_auth_time": True,
    "default_acr_values": ["LoA2"],
    "client_uri": "https://new.example/",
    "policy_uri": "https://new.example/policy",
    "tos_uri": "https://new.example/terms",
    "logo_uri": "https://new.example/logo",
    "application_type": "native",
}


@pytest.mark.parametrize(("name", "value"), HONOURED.items())
def test_48_49_each_is_echoed_and_read_back(house: ProtocolHouse, name: str, value: object) -> None:
    needed = {"jwks": JWKS} if name in {"request_object_signing_alg", "request_uris"} else {}
    made = register(house, **needed, **{name: value}).json

    assert made[name] == value
    assert managed(house, "GET", made).json[name] == value


def test_48_a_client_with_keys_gets_no_secret(house: ProtocolHouse) -> None:
    made = register(house, token_endpoint_auth_method="private_key_jwt", jwks=JWKS).json

    assert made["jwks"] == JWKS
    assert "client_secret" not in made
    assert "client_secret_expires_at" not in made
    with house.database.reading() as reading:
        held = reading.scalars(
            select(RelyingPartySecret.client_id).where(
                RelyingPartySecret.client_id == made["client_id"]
            )
        )
        assert not held.all()


def test_48_keys_for_encryption_may_stand_beside_and_are_not_kept(house: ProtocolHouse) -> None:
    encryption = RSAKey.generate_key(2048, {"kid": "enc", "use": "enc"}).as_dict(private=False)

    made = register(house, jwks={"keys": [*JWKS["keys"], encryption]}).json

    assert made["jwks"] == JWKS


def test_unknown_and_empty_members_are_left_out(house: ProtocolHouse) -> None:
    """RFC 7591 §2; RFC 7592 §2.2 for null."""
    answer = register(house, software_id="x", anything={"at": ["all"]}, policy_uri=None)

    assert answer.status_code == 201
    assert not {"software_id", "anything", "policy_uri"} & answer.json.keys()


def test_text_messages_name_the_host_whatever_the_portal_calls_itself(house: ProtocolHouse) -> None:
    made = register(house, client_name="Cong DVC Quoc gia").json

    assert party(house, made).sms_name == "new.example"


def test_a_portal_without_a_name_is_called_by_its_host(house: ProtocolHouse) -> None:
    made = register(house, client_name=...).json
    assert made["client_name"] == "new.example"


def test_national_numbers_are_not_for_everybody(house: ProtocolHouse) -> None:
    made = register(house, scope="openid profile identity_number").json

    assert made["scope"] == "openid profile"
    assert not {"identity_number", "old_identity_number"} & party(house, made).claims


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "47 a fragment": ({"redirect_uris": [f"{CALLBACK}#x"]}, "invalid_redirect_uri"),
    "47 no redirect URI": ({"redirect_uris": ...}, "invalid_redirect_uri"),
    "47 an empty list": ({"redirect_uris": []}, "invalid_redirect_uri"),
    "47 a number": ({"redirect_uris": [1]}, "invalid_redirect_uri"),
    "47 a text": ({"redirect_uris": CALLBACK}, "invalid_redirect_uri"),
    "47 null": ({"redirect_uris": [None]}, "invalid_redirect_uri"),
    "47 http": ({"redirect_uris": ["http://new.example/cb"]}, "invalid_redirect_uri"),
    "47 a scheme of its own": ({"redirect_uris": ["app:/cb"]}, "invalid_redirect_uri"),
    "47 a wildcard": ({"redirect_uris": ["https://*.new.example"]}, "invalid_redirect_uri"),
    "47 a bad host": ({"redirect_uris": ["https://[::1/cb"]}, "invalid_redirect_uri"),
    "48 implicit": ({"response_types": ["id_token"]}, "invalid_client_metadata"),
    "48 a text for a list": ({"response_types": "code"}, "invalid_client_metadata"),
    "48 implicit grant": ({"grant_types": ["implicit"]}, "invalid_client_metadata"),
    "48 own tokens": ({"grant_types": ["client_credentials"]}, "invalid_client_metadata"),
    "48 public": ({"token_endpoint_auth_method": "none"}, "invalid_client_metadata"),
    "48 a list": ({"token_endpoint_auth_method": ["none"]}, "invalid_client_metadata"),
    "48 jwt by secret": (
        {"token_endpoint_auth_method": "client_secret_jwt"},
        "invalid_client_metadata",
    ),
    "48 no keys": ({"token_endpoint_auth_method": "private_key_jwt"}, "invalid_client_metadata"),
    "48 none": ({"id_token_signed_response_alg": "none"}, "invalid_client_metadata"),
    "48 unsigned requests": ({"request_object_signing_alg": "none"}, "invalid_client_metadata"),
    "48 two sources of keys": (
        {"jwks": JWKS, "jwks_uri": "https://new.example/jwks"},
        "invalid_client_metadata",
    ),
    "48 keys over http": ({"jwks_uri": "http://localhost/jwks"}, "invalid_client_metadata"),
    "48 a private key": (
        {"jwks": {"keys": [KEY.as_dict(private=True)]}},
        "invalid_client_metadata",
    ),
    "48 a key of no use": (
        {"jwks": {"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}]}},
        "invalid_client_metadata",
    ),
    "48 keys that are a text": ({"jwks": "keys"}, "invalid_client_metadata"),
    "48 encryption": ({"id_token_encrypted_response_alg": "RSA-OAEP"}, "invalid_client_metadata"),
    "48 DPoP": ({"dpop_bound_access_tokens": True}, "invalid_client_metadata"),
    "48 a flag that is a text": ({"require_auth_time": "true"}, "invalid_client_metadata"),
    "48 a number that is a text": ({"default_max_age": "300"}, "invalid_client_metadata"),
    "48 a name that is a number": ({"client_name": 7}, "invalid_client_metadata"),
    "48 a name without end": ({"client_name": "x" * 101}, "invalid_client_metadata"),
    "48 a scope that is a list": ({"scope": ["openid"]}, "invalid_client_metadata"),
    "49 http": ({"initiate_login_uri": "http://localhost/x"}, "invalid_client_metadata"),
    "49 a number": ({"initiate_login_uri": 1}, "invalid_client_metadata"),
    "50 public subjects": ({"subject_type": "public"}, "invalid_client_metadata"),
    "50 several hosts": (
        {"redirect_uris": [CALLBACK, "https://other.example/cb"]},
        "invalid_client_metadata",
    ),
    "50 a list that cannot be had": (
        {"sector_identifier_uri": "https://new.example/none"},
        "invalid_client_metadata",
    ),
}


@pytest.mark.parametrize(("changes", "error"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_acceptable(house: ProtocolHouse, changes: dict[str, Any], error: str) -> None:
    before = count(house)

    answer = register(house, **changes)

    assert (answer.status_code, answer.json["error"]) == (400, error)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json["error_description"].isascii()
    assert count(house) == before


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'"x"', b"[" * 5000])
def test_47_a_body_that_is_no_object(house: ProtocolHouse, body: bytes) -> None:
    answer = send(house, "POST", PATH, None, body)

    assert (answer.status_code, answer.json["error"]) == (400, "invalid_client_metadata")


def test_47_a_form_is_no_registration(house: ProtocolHouse) -> None:
    assert house.post_form(PATH, "redirect_uris=x").status_code == 400


# --- sectors


def test_50_the_host_is_the_sector(house: ProtocolHouse) -> None:
    first, second = register(house).json, register(house).json
    other = register(house, redirect_uris=["https://other.example/cb"]).json

    assert party(house, first).sector == party(house, second).sector
    assert party(house, first).sector != party(house, other).sector


def test_50_no_host_is_a_sector_that_an_operator_gave(house: ProtocolHouse) -> None:
    """Else the owner of a host named like a sector would get that portal's subjects."""
    known = house.registry.find(ClientId(BASIC))
    assert known is not None

    made = register(house, redirect_uris=[f"https://{known.sector}/cb"]).json

    assert party(house, made).sector != known.sector


def test_50_a_list_names_the_sector(house: ProtocolHouse) -> None:
    uris = [CALLBACK, "https://other.example/cb"]
    listed = "https://group.example/uris"
    house.fetcher.serve(listed, json.dumps([*uris, "https://more.example"]).encode())

    made = register(house, redirect_uris=uris, sector_identifier_uri=listed).json

    assert made["sector_identifier_uri"] == listed
    assert "group.example" in party(house, made).sector


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b'["https://other.example/cb"]', "application/json"),
        (b'{"https://new.example/callback": 1}', "application/json"),
        (b"no list", "application/json"),
        (json.dumps([CALLBACK]).encode(), "text/html"),
    ],
)
def test_50_a_list_that_does_not_name_the_redirect_uri(
    house: ProtocolHouse, body: bytes, media_type: str
) -> None:
    listed = "https://new.example/uris"
    house.fetcher.serve(listed, body, media_type)

    answer = register(house, sector_identifier_uri=listed)

    assert (answer.status_code, answer.json["error"]) == (400, "invalid_client_metadata")


# --- who may


def test_without_an_initial_access_token_nobody_registers(closed: ProtocolHouse) -> None:
    before = count(closed)
    for token in (None, "made-up"):
        answer = register(closed, token, sector_identifier_uri="https://new.example/uris")

        assert (answer.status_code, answer.json["error"]) == (401, "invalid_token")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
    assert count(closed) == before
    assert closed.fetcher.asked == []


def test_an_initial_access_token_counts_its_uses(closed: ProtocolHouse) -> None:
    token = closed.initial_tokens.issue(uses=2, lifetime=timedelta(days=1))

    assert register(closed, token, redirect_uris=[1]).status_code == 400  # costs nothing
    assert [register(closed, token).status_code for _ in range(3)] == [201, 201, 401]


def test_an_initial_access_token_ends(closed: ProtocolHouse, clock: FakeClock) -> None:
    token = closed.initial_tokens.issue(uses=2, lifetime=timedelta(days=1))
    clock.advance(timedelta(days=1))

    assert register(closed, token).status_code == 401
    with closed.database.reading() as reading:
        assert reading.scalars(select(InitialAccessToken.uses_left)).all() == [2]


def test_registrations_are_counted_by_network(house: ProtocolHouse) -> None:
    answers = [register(house, redirect_uris=[1]) for _ in range(31)]

    assert [answer.status_code for answer in answers] == [400] * 30 + [429]
    assert answers[-1].json["error"] == "temporarily_unavailable"
    assert "registrations" in answers[-1].json["error_description"]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert int(answers[-1].headers["Retry-After"]) > 0


# --- looking after a registration


def test_51_what_is_registered_is_read(house: ProtocolHouse) -> None:
    made = register(house).json

    answer = managed(house, "GET", made)

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    without = {k: v for k, v in made.items() if not k.startswith("client_secret")}
    assert answer.json == without


def test_51_a_change_replaces_everything_and_the_token(house: ProtocolHouse) -> None:
    made = register(house, contacts=["a@new.example"]).json

    answer = managed(
        house, "PUT", made, client_name="Tên khác", client_secret=made["client_secret"]
    )

    assert answer.status_code == 200
    assert answer.json["client_name"] == "Tên khác"
    assert "contacts" not in answer.json
    assert answer.json["registration_access_token"] != made["registration_access_token"]
    assert party(house, made).name_vi == "Tên khác"
    assert managed(house, "GET", made).status_code == 401
    assert managed(house, "GET", answer.json).status_code == 200


def test_51_the_secret_outlives_a_change(house: ProtocolHouse) -> None:
    made = register(house).json
    managed(house, "PUT", made, contacts=["a@new.example"])
    browser = house.signed_in(house.someone(made["client_id"]))
    code = house.code(browser, made["client_id"], redirect_uri=CALLBACK, scope="openid")

    answer = house.redeem(
        code,
        made["client_id"],
        redirect_uri=CALLBACK,
        headers={"Authorization": basic(made["client_id"], made["client_secret"])},
        secret=made["client_secret"],
    )

    assert answer.status_code == 200


def test_51_who_turns_to_secrets_gets_one(house: ProtocolHouse) -> None:
    made = register(house, token_endpoint_auth_method="private_key_jwt", jwks=JWKS).json

    answer = managed(house, "PUT", made)

    assert answer.json["client_secret"]
    assert answer.json["client_secret_expires_at"] == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "another"},
        {"client_id": ...},
        {"registration_access_token": "x"},
        {"registration_client_uri": "x"},
        {"client_secret_expires_at": 0},
        {"client_id_issued_at": 0},
        {"client_secret": "one of my own choosing"},
        {"client_secret": 7},
        {"redirect_uris": []},
        {"redirect_uris": ["https://other.example/cb"]},
    ],
)
def test_51_a_change_that_is_not_acceptable(house: ProtocolHouse, changes: dict[str, Any]) -> None:
    made = register(house).json
    parts = urlsplit(made["registration_client_uri"])
    body = metadata(**({"client_id": made["client_id"]} | changes))

    answer = send(
        house, "PUT", f"{parts.path}?{parts.query}", made["registration_access_token"], body
    )

    assert answer.status_code == 400
    assert managed(house, "GET", made).status_code == 200


def test_51_a_deleted_registration_is_gone(house: ProtocolHouse) -> None:
    made = register(house).json
    answer = managed(house, "DELETE", made)

    assert (answer.status_code, answer.data) == (204, b"")
    assert managed(house, "GET", made).status_code == 401
    assert not party(house, made).enabled
    assert house.events()[-1] == "relying_party_disabled"
    refused = house.authorize(house.browser(), made["client_id"], redirect_uri=CALLBACK)
    assert refused.status_code == 403


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("whose", ["nobody", "another", "an operator's"])
def test_51_only_its_own_token_manages_it(house: ProtocolHouse, method: str, whose: str) -> None:
    made, another = register(house).json, register(house).json
    named = BASIC if whose == "an operator's" else made["client_id"]
    url = f"{PATH}?client_id={named}"
    token = None if whose == "nobody" else Handle(another["registration_access_token"])

    answer = send(house, method, url, token, {} if method == "PUT" else None)

    assert (answer.status_code, answer.json["error"]) == (401, "invalid_token")
    assert party(house, made).enabled


def test_51_without_a_client_there_is_nothing(house: ProtocolHouse) -> None:
    token = register(house).json["registration_access_token"]

    assert send(house, "GET", PATH, token).status_code == 401
    assert send(house, "GET", f"{PATH}?client_id=x&client_id=y", token).status_code == 401
    assert send(house, "GET", f"{PATH}?client_id=unknown", token).status_code == 401


def test_an_operators_word_stands_above(house: ProtocolHouse) -> None:
    made = register(house).json
    house.disable(ClientId(made["client_id"]))

    assert managed(house, "GET", made).status_code == 401


# --- logos


def picture(kind: str = "PNG", size: tuple[int, int] = (300, 200)) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, (200, 0, 0)).save(written, kind)
    return written.getvalue()


def test_24_the_logo_is_ours(house: ProtocolHouse) -> None:
    uri = "https://new.example/logo"
    sent = picture("JPEG") + b"<script>trailing</script>"
    house.fetcher.serve(uri, sent, "image/jpeg")

    made = register(house, logo_uri=uri).json

    logo = party(house, made).logo
    assert logo is not None
    answer = house.app.test_client().get(f"/logos/{made['client_id']}/{logo}.png")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/png"
    assert "immutable" in answer.headers["Cache-Control"]
    assert b"script" not in answer.data
    with Image.open(io.BytesIO(answer.data)) as shown:
        assert (shown.format, shown.size) == ("PNG", (128, 85))


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/png"),
        (picture("PNG", (3000, 3000)), "image/png"),
        (picture()[:100], "image/png"),
        (b"", "image/png"),
        (picture("TIFF"), "image/png"),
    ],
)
def test_24_what_is_no_picture_is_left_out(
    house: ProtocolHouse, content: bytes, media_type: str
) -> None:
    uri = "https://new.example/logo"
    house.fetcher.serve(uri, content, media_type)

    answer = register(house, logo_uri=uri)

    assert answer.status_code == 201
    assert party(house, answer.json).logo is None


def test_24_no_other_picture_is_served(house: ProtocolHouse) -> None:
    made = register(house).json
    browser = house.app.test_client()

    assert browser.get(f"/logos/{made['client_id']}/{'0' * 32}.png").status_code == 404
    assert browser.get("/logos/unknown/x.png").status_code == 404


def test_another_process_knows_it_at_once(house: ProtocolHouse) -> None:
    """Its first call may be one that asks nothing of the volatile store."""
    elsewhere = Registry(house.database, house.version)

    made = register(house).json

    assert elsewhere.find(ClientId(made["client_id"])) is not None


def test_another_process_knows_of_a_change_before_the_logo_is_here(
    house: ProtocolHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may take seconds to come, and what keeps it may fail."""
    made = register(house).json
    elsewhere = Registry(house.database, house.version)
    seen = []

    def slow(url: str, **_: object) -> bytes:
        elsewhere.catch_up_now()
        found = elsewhere.find(ClientId(made["client_id"]))
        seen.append(None if found is None else found.redirect_uris)
        raise FetchFailed(url)

    monkeypatch.setattr(house.fetcher, "fetch", slow)
    moved = f"{CALLBACK}/moved"
    managed(house, "PUT", made, redirect_uris=[moved], logo_uri="https://new.example/logo")

    assert seen == [{moved}]


def test_a_logo_that_cannot_be_kept_costs_nobody_the_new_token(
    house: ProtocolHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = register(house).json
    house.fetcher.serve("https://new.example/logo", picture(), "image/png")

    def fail(*_: object) -> None:
        raise OperationalError("UPDATE", {}, OSError("gone"))

    with monkeypatch.context() as patched:
        patched.setattr("idp.relying_parties.store.keep_logo", fail)
        replaced = managed(house, "PUT", made, logo_uri="https://new.example/logo")

    assert replaced.status_code == 200
    assert managed(house, "GET", replaced.json).status_code == 200
    assert party(house, made).logo is None


# --- races


def test_an_initial_access_token_is_spent_once_by_many(
    database: Database, redis_client: redis.Redis, clock: FakeClock
) -> None:
    version, fetcher = RedisRegistryVersion(redis_client), FetcherInMemory()
    registrations = RegisterDynamically(
        is_open=False,
        database=database,
        version=version,
        hasher=SecretHasher(b"p" * 32),
        fetcher=fetcher,
        logos=Logos(fetcher=fetcher, database=database, version=version),
        clock=clock,
    )
    token = InitialTokens(database=database, clock=clock).issue(uses=3, lifetime=timedelta(days=1))

    outcomes = at_once(8, lambda _: registrations.create(metadata(), initial_token=token))

    assert sum(isinstance(outcome, Registered) for outcome in outcomes) == 3
    assert sum(isinstance(outcome, NotAllowed) for outcome in outcomes) == 5
    with database.reading() as reading:
        assert reading.scalar(select(func.count()).select_from(RelyingPartyRecord)) == 3
