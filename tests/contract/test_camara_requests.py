"""Every request that the adapter sends is one that the CAMARA definitions allow."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import jsonschema
import pytest
import yaml
from joserfc.jwk import ECKey

from idp.adapters.camara import CamaraCarrierRecords, CarrierEndpoint
from idp.carriers.model import ClaimedIdentity
from idp.core.birth_date import BirthDate
from idp.core.full_name import FullName
from idp.core.identity_number import IdentityNumber
from idp.core.phone_number import PhoneNumber

DEFINITIONS = Path(__file__).parents[3] / "shared" / "camara"
BASE = "/carriers/viettel"
NUMBER = PhoneNumber.parse("0912000001")

pytestmark = pytest.mark.skipif(
    not DEFINITIONS.is_dir(), reason=f"no CAMARA definitions beside the repository: {DEFINITIONS}"
)


class StandingClock:
    def now(self) -> datetime:
        return datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


class Operation:
    """One call of a definition: its address, its schema, its scopes."""

    def __init__(self, file: str, version: str, path: str) -> None:
        document = yaml.safe_load((DEFINITIONS / f"{file}.yaml").read_text(encoding="utf-8"))
        self.path = f"{BASE}/{file}/{version}{path}"
        self._document = document
        operation = document["paths"][path]["post"]
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        self.schema = {**self._resolved(schema), "components": document["components"]}
        # The next releases refuse undeclared members with 400; so do we, now.
        self.schema["additionalProperties"] = False
        self.scopes = {scope for choice in operation["security"] for scope in choice["openId"]}
        self.correlator = document["components"]["schemas"]["XCorrelator"]["pattern"]

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        target: Any = self._document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        return dict(target)


class Carrier:
    """Keeps what it is sent, and answers so that the adapter asks all it ever asks."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.scopes: dict[str, str] = {}

    def handle(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == f"{BASE}/token":
            token = f"token-{len(self.scopes)}"
            self.scopes[token] = parse_qs(request.content.decode())["scope"][0]
            return httpx.Response(
                200, json={"access_token": token, "token_type": "Bearer", "expires_in": 300}
            )
        self.requests.append(request)
        if request.url.path.endswith("/match"):
            answer = {"idDocumentMatch": "true", "nameMatch": "false", "birthdateMatch": "true"}
            return httpx.Response(200, json=answer)
        if request.url.path.endswith("/sim-swap/v2/check"):
            error = {"status": 400, "code": "OUT_OF_RANGE", "message": "…"}
            return httpx.Response(400, json=error)
        if request.url.path.endswith("/retrieve-date"):
            return httpx.Response(200, json={"latestSimChange": None, "monitoredPeriod": 120})
        return httpx.Response(200, json={"phoneNumberRecycled": False})


@pytest.fixture
def carrier() -> Carrier:
    return Carrier()


@pytest.fixture
def records(carrier: Carrier) -> Iterator[CamaraCarrierRecords]:
    records = CamaraCarrierRecords(
        (
            CarrierEndpoint(
                "viettel",
                base_url=f"https://carriers.test{BASE}",
                token_url=f"https://carriers.test{BASE}/token",
                unaccented=True,
                client_id="dvc-idp",
            ),
        ),
        prefixes={},
        key=ECKey.generate_key("P-256"),
        clock=StandingClock(),
        transport=httpx.MockTransport(carrier.handle),
    )
    yield records
    records.close()


@pytest.fixture(scope="module")
def operations() -> dict[str, Operation]:
    known = [
        Operation("kyc-match", "v0.4", "/match"),
        Operation("sim-swap", "v2", "/check"),
        Operation("sim-swap", "v2", "/retrieve-date"),
        Operation("number-recycling", "v0.2", "/check"),
    ]
    return {operation.path: operation for operation in known}


def ask_everything(records: CamaraCarrierRecords) -> None:
    for typed, name, born in [
        ("052090000001", "Nguyễn Văn Hòa", BirthDate(1990, 1, 2)),
        ("210000001", "H’Hen Niê", BirthDate(1950)),
    ]:
        records.match(
            NUMBER, ClaimedIdentity(IdentityNumber.parse(typed), FullName.parse(name), born)
        )
    for window in (timedelta(), timedelta(hours=72), timedelta(days=100)):
        records.sim_changed_within(NUMBER, window)
    records.recycled_since(NUMBER, date(2025, 3, 1))


def test_every_operation_is_exercised(
    carrier: Carrier, records: CamaraCarrierRecords, operations: dict[str, Operation]
) -> None:
    ask_everything(records)

    assert {request.url.path for request in carrier.requests} == set(operations)
    assert {request.method for request in carrier.requests} == {"POST"}


def test_every_body_is_valid_and_holds_nothing_undeclared(
    carrier: Carrier, records: CamaraCarrierRecords, operations: dict[str, Operation]
) -> None:
    ask_everything(records)

    for request in carrier.requests:
        assert request.headers["content-type"] == "application/json"
        jsonschema.validate(
            json.loads(request.content),
            operations[request.url.path].schema,
            cls=jsonschema.Draft202012Validator,
            format_checker=jsonschema.FormatChecker(),
        )


def test_two_legged_calls_name_the_number_and_something_to_match(
    carrier: Carrier, records: CamaraCarrierRecords
) -> None:
    ask_everything(records)

    for request in carrier.requests:
        body = json.loads(request.content)
        assert body["phoneNumber"] == NUMBER.e164
        assert len(body) > 1 or request.url.path.endswith("/retrieve-date")


def test_every_call_has_a_correlator_and_a_token_of_its_own_scope(
    carrier: Carrier, records: CamaraCarrierRecords, operations: dict[str, Operation]
) -> None:
    ask_everything(records)

    for request in carrier.requests:
        operation = operations[request.url.path]
        assert re.search(operation.correlator, request.headers["x-correlator"])
        token = request.headers["authorization"].removeprefix("Bearer ")
        purpose, scope = carrier.scopes[token].split(" ")
        assert purpose == "dpv:IdentityVerification"
        assert scope in operation.scopes


def test_each_question_has_a_correlator_of_its_own(
    carrier: Carrier, records: CamaraCarrierRecords
) -> None:
    ask_everything(records)

    assert len({request.headers["x-correlator"] for request in carrier.requests}) == 6
