"""Every answer of the sandbox's carriers, against CAMARA's own OpenAPI definitions."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

from tests.fakes.carrier_client import CarrierClient, sandbox_with_client

DEFINITIONS = Path(__file__).parents[2].parent / "shared" / "camara"

if not DEFINITIONS.is_dir():
    pytest.skip(
        "the CAMARA definitions are not beside the repository (../shared/camara)",
        allow_module_level=True,
    )

KYC = "kyc-match/v0.4/match"
SWAP = "sim-swap/v2/check"
SWAP_DATE = "sim-swap/v2/retrieve-date"
RECYCLING = "number-recycling/v0.2/check"
VIETTEL = "+84962000001"
VINAPHONE = "+84912000001"
MOBIFONE_NEW_SIM = "+84902000008"
TODAY = "2026-11-20"


def with_null(schema: Any) -> Any:
    """Say OpenAPI 3.0's `nullable` as JSON Schema does."""
    if isinstance(schema, list):
        return [with_null(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    said = {name: with_null(value) for name, value in schema.items()}
    if said.pop("nullable", False) is True:
        said["type"] = [said["type"], "null"]
    return said


class Definition:
    """One OpenAPI document, and the check of an answer against it."""

    def __init__(self, name: str) -> None:
        self.document = with_null(
            yaml.load((DEFINITIONS / f"{name}.yaml").read_bytes(), Loader=yaml.CSafeLoader)
        )

    def resolve(self, part: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in part:
            found: Any = self.document
            for step in part["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            part = found
        return part

    def request_schema(self, path: str) -> Mapping[str, Any]:
        operation = self.document["paths"][path]["post"]
        return self.resolve(operation["requestBody"]["content"]["application/json"]["schema"])

    def validate(self, schema: Mapping[str, Any], value: Any) -> None:
        Draft202012Validator({**schema, "components": self.document["components"]}).validate(value)

    def check(self, path: str, answer: TestResponse) -> None:
        described = self.document["paths"][path]["post"]["responses"]
        assert str(answer.status_code) in described, f"{answer.status_code} is not described"
        response = self.resolve(described[str(answer.status_code)])
        schema = response["content"]["application/json"]["schema"]
        assert answer.mimetype == "application/json"
        self.validate(schema, answer.json)
        self.validate(
            self.resolve(response["headers"]["x-correlator"])["schema"],
            answer.headers["x-correlator"],
        )
        if answer.status_code == 200:
            assert answer.json.keys() <= self.resolve(schema)["properties"].keys()


BY_CALL = {
    KYC: (Definition("kyc-match"), "/match"),
    SWAP: (Definition("sim-swap"), "/check"),
    SWAP_DATE: (Definition("sim-swap"), "/retrieve-date"),
    RECYCLING: (Definition("number-recycling"), "/check"),
}
GOOD: Mapping[str, Mapping[str, Any]] = {
    KYC: {"phoneNumber": VIETTEL, "idDocument": "066199000011"},
    SWAP: {"phoneNumber": VIETTEL, "maxAge": 72},
    SWAP_DATE: {"phoneNumber": VIETTEL},
    RECYCLING: {"phoneNumber": VIETTEL, "specifiedDate": TODAY},
}
EVERY_CALL = pytest.mark.parametrize("call", list(GOOD))


@pytest.fixture
def client() -> CarrierClient:
    return sandbox_with_client()


def as_defined(call: str, answer: TestResponse) -> TestResponse:
    definition, path = BY_CALL[call]
    definition.check(path, answer)
    return answer


@EVERY_CALL
def test_a_good_request_is_answered(client: CarrierClient, call: str) -> None:
    definition, path = BY_CALL[call]
    definition.validate(definition.request_schema(path), GOOD[call])

    assert as_defined(call, client.call("viettel", call, GOOD[call])).status_code == 200


@EVERY_CALL
def test_the_callers_correlator_comes_back(client: CarrierClient, call: str) -> None:
    named = {"x-correlator": "b4333c46-49c0-4f62-80d7-f0ef930f1c46"}
    for body in (GOOD[call], {}):
        answer = client.call("viettel", call, body, **named)
        assert answer.headers["x-correlator"] == named["x-correlator"]


@EVERY_CALL
def test_a_correlator_with_other_characters_is_refused(client: CarrierClient, call: str) -> None:
    answer = client.call("viettel", call, GOOD[call], **{"x-correlator": "<script>alert(1)"})

    assert as_defined(call, answer).json["code"] == "INVALID_ARGUMENT"
    assert answer.headers["x-correlator"] != "<script>alert(1)"


@EVERY_CALL
@pytest.mark.parametrize(
    "changes",
    [
        {"undeclared": "x"},
        {"PhoneNumber": VIETTEL},
        {"phoneNumber": "0962000001"},
        {"phoneNumber": "84962000001"},
        {"phoneNumber": "+84 962 000 001"},
        {"phoneNumber": "+84962000001\n"},
        {"phoneNumber": 84962000001},
        {"phoneNumber": None},
    ],
)
def test_what_is_not_declared_is_refused(
    client: CarrierClient, call: str, changes: Mapping[str, Any]
) -> None:
    answer = client.call("viettel", call, {**GOOD[call], **changes})

    assert as_defined(call, answer).json["code"] == "INVALID_ARGUMENT"


@EVERY_CALL
@pytest.mark.parametrize(
    "body", ["", "[]", "null", '"x"', "{", '{"phoneNumber":"+84962000001"', "NaN", "[" * 9999]
)
def test_what_is_no_json_object_is_refused(client: CarrierClient, call: str, body: str) -> None:
    headers = {"Authorization": f"Bearer {client.token()}"}
    answer = client.http.post(
        f"/carriers/viettel/{call}", data=body, content_type="application/json", headers=headers
    )

    assert as_defined(call, answer).json["code"] == "INVALID_ARGUMENT"


def test_a_property_named_twice_is_refused(client: CarrierClient) -> None:
    answer = client.http.post(
        f"/carriers/viettel/{SWAP_DATE}",
        data=f'{{"phoneNumber":"{VINAPHONE}","phoneNumber":"{VIETTEL}"}}',
        content_type="application/json",
        headers={"Authorization": f"Bearer {client.token()}"},
    )

    assert as_defined(SWAP_DATE, answer).json["code"] == "INVALID_ARGUMENT"


@EVERY_CALL
@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic eDp4"])
def test_without_a_good_token_nothing_is_answered(
    client: CarrierClient, call: str, header: str
) -> None:
    answer = client.call("viettel", call, GOOD[call], Authorization=header)

    assert as_defined(call, answer).json["code"] == "UNAUTHENTICATED"


@EVERY_CALL
def test_a_token_for_another_scope_is_refused(client: CarrierClient, call: str) -> None:
    another = "number-recycling:check" if call == KYC else "kyc-match:match"
    token = client.token("viettel", f"dpv:IdentityVerification {another}")
    answer = client.call("viettel", call, GOOD[call], Authorization=f"Bearer {token}")

    assert as_defined(call, answer).json["code"] == "PERMISSION_DENIED"


@EVERY_CALL
def test_a_two_legged_call_names_its_number(client: CarrierClient, call: str) -> None:
    body = {name: value for name, value in GOOD[call].items() if name != "phoneNumber"}

    answer = as_defined(call, client.call("viettel", call, body))
    assert (answer.status_code, answer.json["code"]) == (422, "MISSING_IDENTIFIER")


@EVERY_CALL
@pytest.mark.parametrize("number", [VINAPHONE, "+84962999999", "+84912000006"])
def test_a_number_of_nobody_here_is_not_found(
    client: CarrierClient, call: str, number: str
) -> None:
    carrier = "mobifone"
    answer = client.call(carrier, call, {**GOOD[call], "phoneNumber": number})

    assert as_defined(call, answer).json["code"] == "IDENTIFIER_NOT_FOUND"


@EVERY_CALL
@pytest.mark.parametrize("number", ["+842838000001", "+447700900000", "+841620000001"])
def test_what_is_no_vietnamese_mobile_number_is_not_applicable(
    client: CarrierClient, call: str, number: str
) -> None:
    answer = client.call("viettel", call, {**GOOD[call], "phoneNumber": number})

    assert as_defined(call, answer).json["code"] == "SERVICE_NOT_APPLICABLE"


def test_a_ported_number_is_with_its_present_carrier(client: CarrierClient) -> None:
    body = {"phoneNumber": "+84912000006", "specifiedDate": TODAY}

    assert client.call("vinaphone", RECYCLING, body).status_code == 404
    assert client.call("viettel", RECYCLING, body).status_code == 200


class TestKycMatch:
    SAMPLES: Mapping[str, Any] = {
        "idDocumentType": "passport",
        "idDocumentExpiryDate": "2027-07-12",
        "birthdate": "1999-09-19",
        "email": "abc@example.com",
        "gender": "FEMALE",
    }

    def test_every_declared_attribute_is_answered_alone(self, client: CarrierClient) -> None:
        definition, path = BY_CALL[KYC]
        for attribute in definition.request_schema(path)["properties"].keys() - {"phoneNumber"}:
            body = {attribute: self.SAMPLES.get(attribute, "x")}
            answer = as_defined(KYC, client.match("viettel", phoneNumber=VIETTEL, **body))
            assert answer.status_code == 200
            assert answer.json.keys() - {f"{attribute}MatchScore"} == {f"{attribute}Match"}

    def test_a_person_who_is_the_holder_matches(self, client: CarrierClient) -> None:
        answer = client.match(
            "vinaphone",
            phoneNumber=VINAPHONE,
            idDocument="052090000001",
            idDocumentType="national_id_card",
            name="nguyễn văn mẫu",
            birthdate="1990-01-02",
        )

        assert as_defined(KYC, answer).json == {
            "idDocumentMatch": "true",
            "idDocumentTypeMatch": "true",
            "nameMatch": "true",
            "birthdateMatch": "true",
        }

    def test_a_score_is_told_of_a_name_that_differs_and_of_nothing_else(
        self, client: CarrierClient
    ) -> None:
        answer = client.match(
            "viettel",
            phoneNumber=VIETTEL,
            idDocument="066199000012",
            name="Phạm Thị Vi Dụ",
            birthdate="1999-09-20",
        )

        told = as_defined(KYC, answer).json
        assert 0 <= told.pop("nameMatchScore") <= 99
        assert told == {
            "idDocumentMatch": "false",
            "nameMatch": "false",
            "birthdateMatch": "false",
        }

    def test_some_carriers_insist_on_the_document(self, client: CarrierClient) -> None:
        without = client.match("vinaphone", phoneNumber=VINAPHONE, name="Nguyễn Văn Mẫu")
        other = client.match("vinaphone", phoneNumber=VINAPHONE, idDocument="052090000002")

        assert as_defined(KYC, without).json["code"].endswith("ID_DOCUMENT_REQUIRED")
        assert as_defined(KYC, other).json["code"].endswith("ID_DOCUMENT_MISMATCH")

    def test_an_unaccented_record_answers_to_the_ascii_spelling(
        self, client: CarrierClient
    ) -> None:
        number = "+84922000004"
        accented = client.match("vietnamobile", phoneNumber=number, name="Đặng Thị Hoà")
        unaccented = client.match("vietnamobile", phoneNumber=number, name="DANG THI HOA")

        assert as_defined(KYC, accented).json["nameMatch"] == "false"
        assert as_defined(KYC, unaccented).json == {"nameMatch": "true"}

    @pytest.mark.parametrize(
        ("carrier", "number", "document"),
        [
            ("gmobile", "+84993000005", "210000005"),
            ("mobifone", "+84902000010", "052048000010"),
        ],
        ids=["carrier holds no birth dates", "record holds a year"],
    )
    def test_a_birth_date_that_is_not_held_is_not_available(
        self, client: CarrierClient, carrier: str, number: str, document: str
    ) -> None:
        answer = client.match(
            carrier, phoneNumber=number, idDocument=document, birthdate="1948-01-01"
        )

        assert as_defined(KYC, answer).json["birthdateMatch"] == "not_available"

    def test_a_number_alone_is_no_question(self, client: CarrierClient) -> None:
        answer = as_defined(KYC, client.match("viettel", phoneNumber=VIETTEL))

        assert answer.json["code"] == "KNOW_YOUR_CUSTOMER.INVALID_PARAM_COMBINATION"

    @pytest.mark.parametrize(
        "attribute",
        [
            {"idDocument": 66199000011},
            {"idDocumentType": "cccd"},
            {"birthdate": "1999"},
            {"birthdate": "19-09-1999"},
            {"birthdate": "1999-02-29"},
            {"birthdate": "1999-09-19T00:00:00Z"},
            {"gender": "female"},
            {"email": "nobody"},
            {"name": None},
            {"name": ["Phạm Thị Ví Dụ"]},
        ],
    )
    def test_types_and_patterns_are_kept(
        self, client: CarrierClient, attribute: Mapping[str, Any]
    ) -> None:
        answer = as_defined(KYC, client.match("viettel", phoneNumber=VIETTEL, **attribute))

        assert answer.json["code"] == "INVALID_ARGUMENT"


class TestSimSwap:
    def test_a_sim_changed_20_hours_ago(self, client: CarrierClient) -> None:
        def swapped(hours: int) -> bool:
            body = {"phoneNumber": MOBIFONE_NEW_SIM, "maxAge": hours}
            return bool(as_defined(SWAP, client.call("mobifone", SWAP, body)).json["swapped"])

        assert [swapped(hours) for hours in (19, 20, 720)] == [False, True, True]

    def test_a_new_holder_is_a_new_sim(self, client: CarrierClient) -> None:
        body = {"phoneNumber": "+84962000007", "maxAge": 24 * 41}

        assert as_defined(SWAP, client.call("viettel", SWAP, body)).json == {"swapped": True}

    def test_the_period_asked_about_without_a_word_is_240_hours(
        self, client: CarrierClient
    ) -> None:
        body = {"phoneNumber": MOBIFONE_NEW_SIM}
        assert client.call("mobifone", SWAP, body).json == {"swapped": True}

        client.clock.forward(timedelta(hours=221))
        assert client.call("mobifone", SWAP, body).json == {"swapped": False}

    def test_a_carrier_tells_no_more_than_it_keeps(self, client: CarrierClient) -> None:
        body = {"phoneNumber": MOBIFONE_NEW_SIM, "maxAge": 721}

        answer = as_defined(SWAP, client.call("mobifone", SWAP, body))
        assert (answer.status_code, answer.json["code"]) == (400, "OUT_OF_RANGE")

    @pytest.mark.parametrize("hours", [0, 2401, -1, 1.5, "72", True, None])
    def test_the_period_is_1_to_2400_whole_hours(self, client: CarrierClient, hours: Any) -> None:
        answer = client.call("viettel", SWAP, {"phoneNumber": VIETTEL, "maxAge": hours})

        assert as_defined(SWAP, answer).json["code"] == "INVALID_ARGUMENT"

    def test_the_date_of_the_change(self, client: CarrierClient) -> None:
        body = {"phoneNumber": MOBIFONE_NEW_SIM}
        changed_at = client.clock.now() - timedelta(hours=20)

        told = as_defined(SWAP_DATE, client.call("mobifone", SWAP_DATE, body)).json
        assert datetime.fromisoformat(told["latestSimChange"]) == changed_at

        client.clock.forward(timedelta(days=30))
        told = as_defined(SWAP_DATE, client.call("mobifone", SWAP_DATE, body)).json
        assert told == {"latestSimChange": None, "monitoredPeriod": 30}


class TestNumberRecycling:
    @pytest.mark.parametrize(
        ("day", "recycled"),
        [("2025-01-01", True), ("2026-10-10", True), ("2026-10-11", False), (TODAY, False)],
    )
    def test_a_number_that_changed_hands_40_days_ago(
        self, client: CarrierClient, day: str, *, recycled: bool
    ) -> None:
        body = {"phoneNumber": "+84962000007", "specifiedDate": day}

        answer = as_defined(RECYCLING, client.call("viettel", RECYCLING, body))
        assert answer.json == {"phoneNumberRecycled": recycled}

    def test_the_future_is_out_of_range(self, client: CarrierClient) -> None:
        body = {"phoneNumber": VIETTEL, "specifiedDate": "2026-11-22"}

        answer = as_defined(RECYCLING, client.call("viettel", RECYCLING, body))
        assert answer.json["code"] == "OUT_OF_RANGE"

    @pytest.mark.parametrize("day", ["2026-13-01", "20261120", "", 20261120, None])
    def test_a_day_is_a_calendar_date(self, client: CarrierClient, day: Any) -> None:
        answer = client.call("viettel", RECYCLING, {"phoneNumber": VIETTEL, "specifiedDate": day})

        assert as_defined(RECYCLING, answer).json["code"] == "INVALID_ARGUMENT"

    def test_the_day_is_required(self, client: CarrierClient) -> None:
        answer = client.call("viettel", RECYCLING, {"phoneNumber": VIETTEL})

        assert as_defined(RECYCLING, answer).json["code"] == "INVALID_ARGUMENT"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", f"viettel/{KYC}", 405, "METHOD_NOT_ALLOWED"),
        ("POST", "viettel/kyc-match/v0.3/match", 404, "NOT_FOUND"),
        ("POST", f"beeline/{KYC}", 404, "NOT_FOUND"),
        ("GET", "viettel/token", 404, "NOT_FOUND"),
    ],
)
def test_what_a_carrier_does_not_serve_is_an_error_of_the_same_form(
    client: CarrierClient, method: str, path: str, status: int, code: str
) -> None:
    answer = client.http.open(f"/carriers/{path}", method=method)

    assert answer.status_code == status
    assert answer.json.keys() == {"status", "code", "message"}
    assert answer.json["code"] == code


def test_a_body_that_is_not_json_is_unsupported(client: CarrierClient) -> None:
    headers = {"Authorization": f"Bearer {client.token()}"}
    answer = client.http.post(f"/carriers/viettel/{KYC}", data={"name": "x"}, headers=headers)

    assert (answer.status_code, answer.json["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


class TestAddedSubscriptions:
    RECORD: Mapping[str, Any] = {
        "phone_number": "+84912345678",
        "carrier": "viettel",
        "id_document": "052090000777",
        "full_name": "Trần Thị Thử",
        "birth_date": "1990-05-05",
    }

    def test_a_person_added_counts_at_once_for_that_carrier_and_no_other(
        self, client: CarrierClient
    ) -> None:
        asked = {"phoneNumber": "+84912345678", "idDocument": "052090000777"}
        assert client.http.post("/api/subscriptions", json=self.RECORD).status_code == 201

        assert client.match("viettel", **asked).json == {"idDocumentMatch": "true"}
        assert client.match("vinaphone", **asked).status_code == 404

    @pytest.mark.parametrize("carrier", ["viettel", "mobifone"])
    def test_a_record_without_a_document_has_nothing_to_compare(
        self, client: CarrierClient, carrier: str
    ) -> None:
        client.http.post(
            "/api/subscriptions", json={**self.RECORD, "carrier": carrier, "id_document": None}
        )

        asked = {"phoneNumber": "+84912345678", "idDocument": "052090000777"}
        answer = client.match(carrier, **asked, name="Trần Thị Thử")
        assert answer.json == {"idDocumentMatch": "not_available", "nameMatch": "true"}

    def test_a_number_moves_with_its_last_record(self, client: CarrierClient) -> None:
        asked = {"phoneNumber": "+84912345678", "idDocument": "052090000777"}
        client.http.post("/api/subscriptions", json=self.RECORD)
        client.http.post("/api/subscriptions", json={**self.RECORD, "carrier": "vinaphone"})

        assert client.match("viettel", **asked).status_code == 404
        assert client.match("vinaphone", **asked).status_code == 200

    def test_an_unaccented_carrier_writes_the_name_its_own_way(self, client: CarrierClient) -> None:
        client.http.post("/api/subscriptions", json={**self.RECORD, "carrier": "vietnamobile"})

        answer = client.match("vietnamobile", phoneNumber="+84912345678", name="TRAN THI THU")
        assert answer.json == {"nameMatch": "true"}

    def test_times_of_a_subscription_are_told(self, client: CarrierClient) -> None:
        record = {
            **self.RECORD,
            "sim_changed_at": "2026-11-20T01:00:00Z",
            "recycled_at": "2026-11-01",
        }
        client.http.post("/api/subscriptions", json=record)

        number = {"phoneNumber": "+84912345678"}
        swapped = client.call("viettel", SWAP, {**number, "maxAge": 2})
        recycled = client.call("viettel", RECYCLING, {**number, "specifiedDate": "2026-10-31"})
        assert swapped.json == {"swapped": True}
        assert recycled.json == {"phoneNumberRecycled": True}

    @pytest.mark.parametrize(
        "changes",
        [
            {"carrier": "verizon"},
            {"carrier": None},
            {"phone_number": "0912345678"},
            {"id_document": 52090000777},
            {"full_name": None},
            {"birth_date": "05/05/1990"},
            {"sim_changed_at": "yesterday"},
            {"sim_changed_at": "2026-11-20T01:00:00"},
            {"recycled_at": 1},
            {"sex": "F"},
        ],
    )
    def test_a_record_with_a_mistake_is_refused_with_a_word(
        self, client: CarrierClient, changes: Mapping[str, Any]
    ) -> None:
        answer = client.http.post("/api/subscriptions", json={**self.RECORD, **changes})

        assert answer.status_code == 400
        assert answer.json["error"]
