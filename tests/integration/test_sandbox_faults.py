from typing import Any

import pytest

from tests.fakes.carrier_client import CarrierClient, sandbox_with_client

PERSON = {
    "phoneNumber": "+84962000001",
    "idDocument": "066199000011",
    "name": "Phạm Thị Ví Dụ",
    "birthdate": "1999-09-19",
}
RECYCLING = {"phoneNumber": "+84962000001", "specifiedDate": "2026-11-20"}


@pytest.fixture
def client() -> CarrierClient:
    return sandbox_with_client()


def test_a_fault_with_a_count_passes(client: CarrierClient) -> None:
    client.break_down(carrier="viettel", kind="http_500", count=2)

    statuses = [client.match("viettel", **PERSON).status_code for _ in range(3)]
    assert statuses == [500, 500, 200]


def test_a_fault_without_a_count_stays_until_faults_are_cleared(client: CarrierClient) -> None:
    client.break_down(carrier="viettel", kind="http_429")

    answers = [client.match("viettel", **PERSON) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 429]
    assert answers[0].headers["Retry-After"]
    assert client.http.delete("/api/faults").status_code == 204
    assert client.match("viettel", **PERSON).status_code == 200


def test_a_fault_strikes_one_carrier(client: CarrierClient) -> None:
    client.break_down(carrier="vinaphone", kind="http_500")

    assert client.match("viettel", **PERSON).status_code == 200


def test_a_fault_can_strike_one_interface(client: CarrierClient) -> None:
    client.break_down(carrier="viettel", kind="http_500", api="kyc-match")

    recycling = client.call("viettel", "number-recycling/v0.2/check", RECYCLING)
    assert recycling.status_code == 200
    assert client.match("viettel", **PERSON).status_code == 500


def test_the_token_endpoint_breaks_only_when_it_is_named(client: CarrierClient) -> None:
    client.break_down(carrier="viettel", kind="http_500", count=1)
    assert client.token("viettel")

    client.break_down(carrier="viettel", kind="http_500", api="token", count=1)
    assert client.ask_token(client.signed(client.claims())).status_code == 500
    assert client.token("viettel")


def test_slow_answers_late_and_timeout_never_well(client: CarrierClient) -> None:
    client.break_down(carrier="viettel", kind="slow", count=1)
    client.break_down(carrier="viettel", kind="timeout", count=1)

    statuses = [client.match("viettel", **PERSON).status_code for _ in range(2)]
    assert statuses == [200, 504]
    assert client.paused == [10, 60]


def test_garbage_is_no_json(client: CarrierClient) -> None:
    client.break_down(carrier="viettel", kind="garbage", count=1)

    answer = client.match("viettel", **PERSON)
    assert answer.status_code == 200
    assert answer.get_json(silent=True) is None


def test_not_available_is_an_answer_to_every_attribute_asked(client: CarrierClient) -> None:
    client.break_down(carrier="viettel", kind="not_available", count=1)

    assert client.match("viettel", **PERSON).json == {
        "idDocumentMatch": "not_available",
        "nameMatch": "not_available",
        "birthdateMatch": "not_available",
    }


def test_a_mismatch_error_is_counted_by_matches_alone(client: CarrierClient) -> None:
    client.break_down(carrier="viettel", kind="mismatch_error", count=1)

    assert client.call("viettel", "number-recycling/v0.2/check", RECYCLING).status_code == 200
    answer = client.match("viettel", **PERSON)
    assert answer.status_code == 403
    assert answer.json["code"] == "KNOW_YOUR_CUSTOMER.ID_DOCUMENT_MISMATCH"


@pytest.mark.parametrize(
    "fault",
    [
        {},
        {"kind": "slow"},
        {"carrier": "viettel"},
        {"carrier": "viettel", "kind": "flood"},
        {"carrier": "verizon", "kind": "slow"},
        {"carrier": "viettel", "sms": True, "kind": "slow"},
        {"carrier": "viettel", "kind": "slow", "count": 0},
        {"carrier": "viettel", "kind": "slow", "count": True},
        {"carrier": "viettel", "kind": "slow", "api": "sms"},
        {"carrier": "viettel", "kind": "not_available", "api": "sim-swap"},
        {"carrier": "viettel", "kind": "slow", "for": "ever"},
        {"sms": True, "kind": "not_available"},
        {"sms": True, "kind": "slow", "api": "token"},
    ],
)
def test_a_fault_there_is_not_is_refused(client: CarrierClient, fault: dict[str, Any]) -> None:
    answer = client.http.post("/api/faults", json=fault)

    assert answer.status_code == 400
    assert answer.json["error"]
    assert client.http.get("/api/faults").json == []


def test_a_plain_form_of_a_web_page_breaks_nothing(client: CarrierClient) -> None:
    answer = client.http.post(
        "/api/faults", data='{"carrier":"viettel","kind":"slow"}', content_type="text/plain"
    )

    assert answer.status_code == 400
