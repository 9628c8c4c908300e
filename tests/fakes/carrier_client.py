"""A client of the sandbox's carriers and a clock that stands still, for the sandbox's own tests."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwk, jwt
from werkzeug.test import TestResponse

from sandbox import SandboxConfig, create_sandbox

BASE_URL = "http://sandbox.test"
CLIENT_ID = "dvc-idp"
SMS_API_KEY = "key-of-the-tests"
EVERY_SCOPE = "dpv:IdentityVerification kyc-match:match sim-swap number-recycling:check"


class StandingClock:
    """A clock that moves when it is told to."""

    def __init__(self, at: datetime = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at

    def forward(self, by: timedelta) -> None:
        self._at += by


@dataclass
class CarrierClient:
    """The provider's side of the conversation, as raw as a test needs it."""

    http: FlaskClient
    clock: StandingClock
    key: jwk.ECKey
    paused: list[float] = field(default_factory=list)
    _numbers: Any = field(default_factory=lambda: count(1))

    def claims(self, carrier: str = "viettel", **changes: Any) -> dict[str, Any]:
        now = int(self.clock.now().timestamp())
        claims = {
            "iss": CLIENT_ID,
            "sub": CLIENT_ID,
            "aud": f"{BASE_URL}/carriers/{carrier}/token",
            "iat": now,
            "exp": now + 60,
            "jti": f"assertion-{next(self._numbers)}",
        }
        return {name: value for name, value in (claims | changes).items() if value is not None}

    def signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "ES256", "kid": "client-key"}, claims, self.key)

    def ask_token(
        self, assertion: str, *, carrier: str = "viettel", **changes: Any
    ) -> TestResponse:
        form = {
            "grant_type": "client_credentials",
            "scope": EVERY_SCOPE,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": assertion,
        }
        sent = {name: value for name, value in (form | changes).items() if value is not None}
        return self.http.post(f"/carriers/{carrier}/token", data=sent)

    def token(self, carrier: str = "viettel", scope: str = EVERY_SCOPE) -> str:
        answer = self.ask_token(self.signed(self.claims(carrier)), carrier=carrier, scope=scope)
        assert answer.status_code == 200, answer.text
        return str(answer.json["access_token"])

    def call(self, carrier: str, path: str, body: Any, **headers: str) -> TestResponse:
        sent = {"Authorization": f"Bearer {self.token(carrier)}"} | headers
        return self.http.post(f"/carriers/{carrier}/{path}", json=body, headers=sent)

    def match(self, carrier: str, **body: Any) -> TestResponse:
        return self.call(carrier, "kyc-match/v0.4/match", body)

    def break_down(self, **fault: Any) -> None:
        assert self.http.post("/api/faults", json=fault).status_code == 201


def sandbox_with_client() -> CarrierClient:
    """Build a sandbox whose clock stands still and whose faults cost no time."""
    key = jwk.ECKey.generate_key("P-256")
    clock, paused = StandingClock(), []
    app: Flask = create_sandbox(
        SandboxConfig(
            base_url=BASE_URL,
            sms_api_key=SMS_API_KEY,
            carrier_client_id=CLIENT_ID,
            carrier_client_jwks={"keys": [key.as_dict(private=False) | {"kid": "client-key"}]},
        ),
        clock=clock,
        pause=paused.append,
    )
    return CarrierClient(app.test_client(), clock, key, paused)
