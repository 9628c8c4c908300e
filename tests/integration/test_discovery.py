"""Discovery and keys, by the numbers of the protocol's requirements."""

from urllib.parse import urlsplit

import pytest
import redis

from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.oidc.discovery import metadata
from idp.signing.material import SigningAlgorithm
from idp.signing.rules import rotate_now
from idp.signing.signer import CHECK_EVERY
from tests.fakes.clock import FakeClock
from tests.fakes.protocol_house import ISSUER, ProtocolHouse
from tests.fakes.signing_keys import named_material


@pytest.fixture
def house(
    sqlite_database: Database,
    redis_client: redis.Redis,
    redis_url: str,
    clock: FakeClock,
    index: BlindIndex,
) -> ProtocolHouse:
    return ProtocolHouse(sqlite_database, redis_client, redis_url, clock, index)


PATHS = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"]

# IANA's registry of OAuth authorization server metadata, and OpenID Connect Discovery §3.
REGISTERED = {
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
    "end_session_endpoint",
    "frontchannel_logout_supported",
    "frontchannel_logout_session_supported",
    "backchannel_logout_supported",
    "backchannel_logout_session_supported",
    "scopes_supported",
    "response_types_supported",
    "response_modes_supported",
    "grant_types_supported",
    "subject_types_supported",
    "id_token_signing_alg_values_supported",
    "token_endpoint_auth_methods_supported",
    "token_endpoint_auth_signing_alg_values_supported",
    "registration_endpoint",
    "introspection_endpoint",
    "introspection_endpoint_auth_methods_supported",
    "introspection_endpoint_auth_signing_alg_values_supported",
    "revocation_endpoint",
    "revocation_endpoint_auth_methods_supported",
    "revocation_endpoint_auth_signing_alg_values_supported",
    "userinfo_signing_alg_values_supported",
    "code_challenge_methods_supported",
    "acr_values_supported",
    "claim_types_supported",
    "claims_supported",
    "claims_parameter_supported",
    "request_parameter_supported",
    "request_uri_parameter_supported",
    "require_request_uri_registration",
    "request_object_signing_alg_values_supported",
    "display_values_supported",
    "authorization_response_iss_parameter_supported",
    "prompt_values_supported",
    "ui_locales_supported",
    "op_policy_uri",
}


@pytest.mark.parametrize("path", PATHS)
def test_1_the_document(house: ProtocolHouse, path: str) -> None:
    answer = house.api.get(path)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert answer.json == metadata(ISSUER)
    assert answer.json["issuer"] == ISSUER


def test_2_every_member_has_its_type() -> None:
    for name, value in metadata("https://id.example").items():
        if name.endswith(("_endpoint", "_uri")):
            assert urlsplit(value).scheme == "https"
            assert urlsplit(value).netloc == "id.example"
        elif name.endswith(("parameter_supported", "logout_supported", "logout_session_supported")):
            assert isinstance(value, bool)
        elif name.endswith("_supported"):
            assert value
            assert all(isinstance(entry, str) for entry in value)


def test_3_4_5_what_must_be_said() -> None:
    said = metadata(ISSUER)

    assert said["response_types_supported"] == ["code"]
    assert said["subject_types_supported"] == ["pairwise"]
    assert "RS256" in said["id_token_signing_alg_values_supported"]
    assert "openid" in said["scopes_supported"]
    assert said["response_modes_supported"] == ["query", "form_post"]
    assert said["request_parameter_supported"] is True
    assert said["request_uri_parameter_supported"] is True
    assert said["require_request_uri_registration"] is True
    assert said["request_object_signing_alg_values_supported"] == ["RS256", "PS256", "ES256"]
    assert said["claims_parameter_supported"] is True
    assert said["display_values_supported"] == ["page"]
    methods = set(said["token_endpoint_auth_methods_supported"])
    assert methods >= {"client_secret_basic", "client_secret_post"}
    assert "none" not in methods
    assert said["code_challenge_methods_supported"] == ["S256"]
    assert said["authorization_response_iss_parameter_supported"] is True
    assert said["prompt_values_supported"] == [
        "none",
        "login",
        "consent",
        "select_account",
        "create",
    ]
    # A password and a text, or a passkey after a visit to a counter: nothing here reaches LoA4.
    assert said["acr_values_supported"] == ["LoA1", "LoA2", "LoA3"]


def test_6_no_name_is_invented() -> None:
    assert metadata(ISSUER).keys() <= REGISTERED


def test_8_who_registers_may_send_signed_requests_by_reference() -> None:
    said = metadata(ISSUER)

    assert said["registration_endpoint"] == f"{ISSUER}/connect/register"
    assert said["request_uri_parameter_supported"] is True
    assert "RS256" in said["request_object_signing_alg_values_supported"]
    assert "implicit" not in said["grant_types_supported"]


def test_58_56_portals_may_listen_for_sign_outs() -> None:
    said = metadata(ISSUER)

    assert said["backchannel_logout_supported"] is True
    assert said["backchannel_logout_session_supported"] is True
    assert said["frontchannel_logout_supported"] is True
    assert said["frontchannel_logout_session_supported"] is True


def test_what_is_not_offered_is_not_named() -> None:
    """Session management, PAR, hybrid and implicit flows, public clients (RFC 9700)."""
    said = metadata(ISSUER)

    assert not {"check_session_iframe", "pushed_authorization_request_endpoint"} & said.keys()
    assert said["grant_types_supported"] == [
        "authorization_code",
        "refresh_token",
        "client_credentials",
    ]


def test_every_endpoint_named_is_there(house: ProtocolHouse) -> None:
    for name, value in metadata(ISSUER).items():
        if name.endswith("_endpoint") or name == "jwks_uri":
            assert house.api.get(urlsplit(value).path).status_code != 404, name


def test_7_the_keys_are_public_and_named(house: ProtocolHouse) -> None:
    keys = house.api.get("/jwks").json["keys"]

    assert {key["alg"] for key in keys} == {"ES256", "RS256"}
    assert len({key["kid"] for key in keys}) == len(keys)
    for key in keys:
        assert key["use"] == "sig"
        assert not key.keys() & {"d", "p", "q", "dp", "dq", "qi", "k"}


def test_7_a_rotation_needs_no_restart(house: ProtocolHouse, clock: FakeClock) -> None:
    browser = house.signed_in(house.someone())
    before = house.tokens_for(browser)["id_token"]
    etag = house.api.get("/jwks").headers["ETag"]
    material = named_material("the-new-key", SigningAlgorithm.ES256)
    house.key_store.update(lambda ring: rotate_now(ring, material, now=clock.now()))
    clock.advance(CHECK_EVERY)

    answer = house.api.get("/jwks", headers={"If-None-Match": etag})

    assert answer.status_code == 200
    assert "the-new-key" in {key["kid"] for key in answer.json["keys"]}
    assert house.claims(before)["iss"] == ISSUER  # the retired key is still published
    assert house.claims(house.tokens_for(browser)["id_token"])["iss"] == ISSUER


@pytest.mark.parametrize("path", [*PATHS, "/jwks"])
def test_what_has_not_changed_is_not_sent_again(house: ProtocolHouse, path: str) -> None:
    etag = house.api.get(path).headers["ETag"]

    for held in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        answer = house.api.get(path, headers={"If-None-Match": held})
        assert (answer.status_code, answer.data) == (304, b"")
        assert answer.headers["ETag"] == etag
        assert "Content-Length" not in answer.headers
    assert house.api.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("path", [*PATHS, "/jwks"])
def test_head_options_and_other_methods(house: ProtocolHouse, path: str) -> None:
    head, full = house.api.head(path), house.api.get(path)

    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == str(len(full.data))
    assert house.api.options(path).status_code == 204
    assert house.api.options(path).headers["Allow"] == "GET, HEAD, OPTIONS"
    assert house.api.post(path).status_code == 405
