from collections.abc import Mapping
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.fakes.carrier_client import SMS_API_KEY, CarrierClient, sandbox_with_client

TEXT = (
    "123456 la ma dang nhap Cong Binh Dinh, het han sau 3 phut. Khong dua ma cho bat ky ai."
    "\n\n@localhost #123456"
)
MESSAGE = {"to": "+84912000001", "text": TEXT, "reference": "challenge-1"}


@pytest.fixture
def client() -> CarrierClient:
    return sandbox_with_client()


def send(client: CarrierClient, message: Any, key: str = SMS_API_KEY) -> TestResponse:
    headers = {"Authorization": f"Bearer {key}"}
    return client.http.post("/sms/v1/messages", json=message, headers=headers)


def inbox(client: CarrierClient, to: str = "+84912000001") -> list[Mapping[str, str]]:
    return list(client.http.get("/api/messages", query_string={"to": to}).json)


def test_a_message_reaches_its_phone_and_no_other(client: CarrierClient) -> None:
    assert send(client, MESSAGE).status_code == 202

    assert inbox(client) == [{**MESSAGE, "sent_at": "2026-11-20T03:00:00+00:00"}]
    assert inbox(client, "+84912000009") == []


def test_the_newest_message_comes_first(client: CarrierClient) -> None:
    for number in range(3):
        send(client, {**MESSAGE, "reference": str(number)})

    assert [message["reference"] for message in inbox(client)] == ["2", "1", "0"]


def test_a_reference_sends_once(client: CarrierClient) -> None:
    first, second = send(client, MESSAGE), send(client, MESSAGE)

    assert (first.status_code, first.json) == (second.status_code, second.json)
    assert len(inbox(client)) == 1


def test_a_plus_that_became_a_space_is_understood(client: CarrierClient) -> None:
    send(client, MESSAGE)

    assert len(client.http.get("/api/messages?to=+84912000001").json) == 1


@pytest.mark.parametrize(
    "message",
    [
        {**MESSAGE, "to": "0912000001"},
        {**MESSAGE, "to": "+841900000001"},
        {**MESSAGE, "to": "+447700900000"},
        {**MESSAGE, "to": 84912000001},
        {**MESSAGE, "text": ""},
        {**MESSAGE, "text": "x" * 161},
        {**MESSAGE, "text": "mã"},
        {**MESSAGE, "text": "[1]"},
        {**MESSAGE, "text": "\x1b"},
        {**MESSAGE, "reference": ""},
        {**MESSAGE, "sender": "DVCQG"},
        {"to": "+84912000001", "text": "x"},
        [MESSAGE],
    ],
)
def test_what_a_gateway_would_not_take_is_refused(client: CarrierClient, message: Any) -> None:
    answer = send(client, message)

    assert answer.status_code == 400
    assert answer.json.keys() == {"error"}
    assert client.http.get("/api/messages").json == []


def test_160_characters_are_one_message(client: CarrierClient) -> None:
    assert send(client, {**MESSAGE, "text": "x" * 160}).status_code == 202


@pytest.mark.parametrize("key", ["", "wrong", "khoá"])
def test_a_wrong_key_sends_nothing(client: CarrierClient, key: str) -> None:
    assert send(client, MESSAGE, key).status_code == 401
    assert inbox(client) == []


def test_a_thousand_messages_are_kept(client: CarrierClient) -> None:
    for number in range(1001):
        send(client, {**MESSAGE, "reference": str(number)})

    kept = inbox(client)
    assert len(kept) == 1000
    assert kept[-1]["reference"] == "1"


@pytest.mark.parametrize(
    ("kind", "status"), [("http_500", 500), ("http_429", 429), ("timeout", 504), ("garbage", 200)]
)
def test_a_broken_gateway_delivers_nothing(client: CarrierClient, kind: str, status: int) -> None:
    client.break_down(sms=True, kind=kind, count=1)

    assert send(client, MESSAGE).status_code == status
    assert inbox(client) == []
    assert send(client, MESSAGE).status_code == 202


def test_a_slow_gateway_delivers_late(client: CarrierClient) -> None:
    client.break_down(sms=True, kind="slow")

    assert send(client, MESSAGE).status_code == 202
    assert client.paused == [10]
    assert len(inbox(client)) == 1
