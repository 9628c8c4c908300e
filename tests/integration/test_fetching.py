"""The whole application and a portal on a real https server: keys, lists and logos are fetched."""

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import ECKey
from PIL import Image

from idp.core.handles import new_handle
from tests.fakes.clock import FakeClock
from tests.fakes.https_server import HttpsServer, https_server

ISSUER = "http://localhost:8400"
REDIRECT = "https://portal.example/callback"


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[HttpsServer]:
    with https_server(tmp_path) as served:
        yield served


@pytest.fixture
def environment(environment: dict[str, str], portal: HttpsServer) -> dict[str, str]:
    return environment | {
        "IDP__HTTP__CA_FILE": str(portal.ca_file),
        "IDP__HTTP__FETCH_LOOPBACK": "true",
        "IDP__REGISTRATIONS__OPEN": "true",
    }


def key(kid: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid, "use": "sig", "alg": "ES256"})


def serve_keys(portal: HttpsServer, *keys: ECKey) -> str:
    members = [each.as_dict(private=False) for each in keys]
    return portal.serve("/jwks", json.dumps({"keys": members}).encode())


def register(client: FlaskClient, **members: Any) -> dict[str, Any]:
    answer = client.post("/connect/register", json={"redirect_uris": [REDIRECT]} | members)
    assert answer.status_code == 201, answer.json
    made: dict[str, Any] = answer.json
    return made


def is_known(client: FlaskClient, client_id: str, signing: ECKey, clock: FakeClock) -> bool:
    """Whether an assertion by that key counts, tried where it has no other effect."""
    now = int(clock.now().timestamp())
    claims = {"iss": client_id, "sub": client_id, "aud": ISSUER, "iat": now, "exp": now + 60}
    assertion = jwt.encode(
        {"alg": "ES256", "kid": signing.kid}, claims | {"jti": new_handle()}, signing
    )
    answer = client.post(
        "/introspect",
        data={
            "token": "made-up",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": assertion,
        },
    )
    assert answer.status_code in {200, 401}
    return answer.status_code == 200


def test_36_a_portal_rotates_its_keys_without_telling_us(
    client: FlaskClient, portal: HttpsServer, clock: FakeClock
) -> None:
    first, second = key("first"), key("second")
    made = register(
        client,
        token_endpoint_auth_method="private_key_jwt",
        jwks_uri=serve_keys(portal, first),
    )

    assert is_known(client, made["client_id"], first, clock)
    assert not is_known(client, made["client_id"], second, clock)
    serve_keys(portal, second)
    clock.advance(timedelta(seconds=10))
    assert is_known(client, made["client_id"], second, clock)
    assert not is_known(client, made["client_id"], first, clock)


def test_50_a_list_of_a_real_server_names_the_sector(
    client: FlaskClient, portal: HttpsServer
) -> None:
    uris = [REDIRECT, "https://other.example/callback"]
    listed = portal.serve("/sector", json.dumps(uris).encode())

    made = register(client, redirect_uris=uris, sector_identifier_uri=listed)

    assert made["sector_identifier_uri"] == listed


def test_24_a_logo_of_a_real_server_is_shown_at_sign_in(
    client: FlaskClient, portal: HttpsServer
) -> None:
    written = io.BytesIO()
    Image.new("RGB", (20, 10)).save(written, "JPEG")
    made = register(client, logo_uri=portal.serve("/logo", written.getvalue(), "image/jpeg"))

    page = client.get(
        "/authorize",
        query_string={
            "response_type": "code",
            "client_id": made["client_id"],
            "redirect_uri": REDIRECT,
            "scope": "openid",
        },
        follow_redirects=True,
    )

    address = f"/logos/{made['client_id']}/"
    assert address in page.text
    name = page.text.partition(address)[2].partition(".png")[0]
    picture = client.get(f"{address}{name}.png")
    assert picture.headers["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(picture.data)).size == (20, 10)
