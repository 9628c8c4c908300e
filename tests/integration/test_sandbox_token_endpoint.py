import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwk, jwt

from tests.fakes.carrier_client import BASE_URL, CarrierClient, sandbox_with_client


@pytest.fixture
def client() -> CarrierClient:
    return sandbox_with_client()


def test_a_proper_assertion_gets_a_short_lived_token(client: CarrierClient) -> None:
    answer = client.ask_token(client.signed(client.claims()))

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json["token_type"] == "Bearer"
    assert answer.json["expires_in"] == 300
    assert "kyc-match:match" in answer.json["scope"].split()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"aud": f"{BASE_URL}/carriers/vinaphone/token"}, "aud"),
        ({"aud": f"{BASE_URL}/carriers/viettel"}, "aud"),
        ({"aud": [f"{BASE_URL}/carriers/viettel/token"]}, "aud"),
        ({"aud": None}, "aud"),
        ({"iss": "somebody"}, "iss"),
        ({"sub": "somebody"}, "sub"),
        ({"iss": "somebody", "sub": "somebody"}, "iss"),
        ({"jti": None}, "jti"),
        ({"jti": ""}, "jti"),
        ({"exp": None}, "exp"),
        ({"iat": None}, "iat"),
        ({"exp": "soon"}, "exp"),
        ({"exp": 10**30}, "exp"),
    ],
)
def test_a_wrong_claim_is_no_client(
    client: CarrierClient, changes: dict[str, Any], reason: str
) -> None:
    answer = client.ask_token(client.signed(client.claims(**changes)))

    assert (answer.status_code, answer.json["error"]) == (401, "invalid_client")
    assert reason in answer.json["error_description"]


@pytest.mark.parametrize(
    ("issued", "expires"),
    [(-120, 0), (0, 301), (-200, 150), (60, 120), (400, 460)],
    ids=["expired", "too long", "too long, half over", "from the future", "far future"],
)
def test_the_life_of_an_assertion_is_short_and_now(
    client: CarrierClient, issued: int, expires: int
) -> None:
    now = int(client.clock.now().timestamp())

    answer = client.ask_token(client.signed(client.claims(iat=now + issued, exp=now + expires)))

    assert (answer.status_code, answer.json["error"]) == (401, "invalid_client")


def test_300_seconds_are_allowed(client: CarrierClient) -> None:
    now = int(client.clock.now().timestamp())

    assert client.ask_token(client.signed(client.claims(exp=now + 300))).status_code == 200


def test_an_assertion_is_good_once(client: CarrierClient) -> None:
    assertion = client.signed(client.claims())

    assert [client.ask_token(assertion).status_code for _ in range(2)] == [200, 401]


def test_a_refused_request_spends_the_assertion_too(client: CarrierClient) -> None:
    assertion = client.signed(client.claims())

    assert client.ask_token(assertion, scope="kyc-match:match").status_code == 400
    assert client.ask_token(assertion).status_code == 401


def test_one_jti_may_be_used_at_two_carriers(client: CarrierClient) -> None:
    for carrier in ("viettel", "vinaphone"):
        assertion = client.signed(client.claims(carrier, jti="same"))
        assert client.ask_token(assertion, carrier=carrier).status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none", "kid": "client-key"},
        {"alg": "None"},
        {"alg": ["ES256"], "kid": "client-key"},
        {"alg": "ES256", "kid": ["client-key"]},
        {"alg": "ES256", "kid": {"client": "key"}},
        {"alg": "ES256", "crit": ["x"], "x": 1},
        {"kid": "client-key"},
        ["ES256"],
    ],
)
@pytest.mark.parametrize("signature", ["", "AA"])
def test_a_forged_header_is_no_signature(
    client: CarrierClient, header: Any, signature: str
) -> None:
    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    forged = f"{part(header)}.{part(client.claims())}.{signature}"

    assert client.ask_token(forged).status_code == 401


def test_a_shared_secret_is_no_signature(client: CarrierClient) -> None:
    secret = jwk.OctKey.import_key(json.dumps(client.key.as_dict(private=False)))
    assertion = jwt.encode({"alg": "HS256", "kid": "client-key"}, client.claims(), secret)

    assert client.ask_token(assertion).status_code == 401


@pytest.mark.parametrize("kid", ["client-key", "another-key", None])
def test_an_unknown_key_is_no_client(client: CarrierClient, kid: str | None) -> None:
    header = {"alg": "ES256"} if kid is None else {"alg": "ES256", "kid": kid}
    stranger = jwk.ECKey.generate_key("P-256")

    answer = client.ask_token(jwt.encode(header, client.claims(), stranger))

    assert (answer.status_code, answer.json["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("assertion", ["", "x", "a.b.c", "a.b.c.d.e", "\u1e00.b.c"])
def test_what_is_no_assertion_is_no_client(client: CarrierClient, assertion: str) -> None:
    assert client.ask_token(assertion).status_code == 401


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"client_secret": "x"}, 401, "invalid_client"),
        ({"client_assertion": None}, 401, "invalid_client"),
        ({"client_assertion_type": "jwt"}, 401, "invalid_client"),
        ({"client_id": "somebody"}, 401, "invalid_client"),
        ({"grant_type": None}, 400, "invalid_request"),
        ({"grant_type": "authorization_code"}, 400, "unsupported_grant_type"),
        ({"scope": None}, 400, "invalid_scope"),
        ({"scope": ""}, 400, "invalid_scope"),
        ({"scope": "kyc-match:match"}, 400, "invalid_scope"),
        ({"scope": "dpv:IdentityVerification"}, 400, "invalid_scope"),
        ({"scope": "dpv:A dpv:B kyc-match:match"}, 400, "invalid_scope"),
        ({"scope": "dpv: kyc-match:match"}, 400, "invalid_scope"),
        ({"scope": "dpv:A openid"}, 400, "invalid_scope"),
        ({"scope": "dpv:A  kyc-match:match"}, 400, "invalid_scope"),
        ({"scope": ["dpv:A kyc-match:match"] * 2}, 400, "invalid_request"),
    ],
)
def test_the_form_is_read_strictly(
    client: CarrierClient, changes: dict[str, Any], status: int, error: str
) -> None:
    answer = client.ask_token(client.signed(client.claims()), **changes)

    assert (answer.status_code, answer.json["error"]) == (status, error)


def test_parameters_in_the_query_are_refused(client: CarrierClient) -> None:
    answer = client.http.post("/carriers/viettel/token?grant_type=client_credentials", data={})

    assert (answer.status_code, answer.json["error"]) == (400, "invalid_request")


def test_a_password_in_the_header_is_no_client(client: CarrierClient) -> None:
    answer = client.http.post("/carriers/viettel/token", data={"scope": "x"}, auth=("dvc-idp", "x"))

    assert (answer.status_code, answer.json["error"]) == (401, "invalid_client")


def test_a_token_opens_its_own_carrier_for_its_scopes_until_it_expires(
    client: CarrierClient,
) -> None:
    token = client.token("viettel", scope="dpv:IdentityVerification number-recycling:check")
    headers = {"Authorization": f"Bearer {token}"}
    recycling = {"phoneNumber": "+84962000001", "specifiedDate": "2026-11-20"}
    call = "number-recycling/v0.2/check"

    def status(carrier: str, path: str, body: dict[str, Any]) -> int:
        address = f"/carriers/{carrier}/{path}"
        return client.http.post(address, json=body, headers=headers).status_code

    assert status("viettel", call, recycling) == 200
    assert status("vinaphone", call, recycling) == 401
    assert status("viettel", "kyc-match/v0.4/match", {"phoneNumber": "+84962000001"}) == 403
    client.clock.forward(timedelta(seconds=300))
    assert status("viettel", call, recycling) == 401


def test_discovery_names_the_token_endpoint(client: CarrierClient) -> None:
    found = client.http.get("/carriers/gmobile/.well-known/openid-configuration").json

    assert found["issuer"] == f"{BASE_URL}/carriers/gmobile"
    assert found["token_endpoint"] == f"{BASE_URL}/carriers/gmobile/token"
    assert found["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
