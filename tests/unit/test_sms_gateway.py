import json

import httpx
import pytest

from idp.adapters.sms_gateway import HttpSmsGateway
from idp.core.phone_number import PhoneNumber
from idp.messaging.ports import SmsNotSent

NUMBER = PhoneNumber.parse("0912000001")
CODE = "271828"


def test_the_message_goes_to_the_number_with_key_and_reference() -> None:
    sent: list[httpx.Request] = []

    def accept(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(202, json={"message_id": "1"})

    gateway = HttpSmsGateway("https://sms", "key", transport=httpx.MockTransport(accept))
    gateway.send(NUMBER, "xin chao", reference="r1")
    gateway.close()

    (request,) = sent
    assert (request.method, str(request.url)) == ("POST", "https://sms/sms/v1/messages")
    assert request.headers["authorization"] == "Bearer key"
    assert json.loads(request.content) == {
        "to": "+84912000001",
        "text": "xin chao",
        "reference": "r1",
    }


@pytest.mark.parametrize("status", [200, 201, 302, 400, 401, 429, 500, 504])
def test_anything_but_202_is_not_sent(status: int) -> None:
    gateway = HttpSmsGateway(
        "https://sms", "key", transport=httpx.MockTransport(lambda _: httpx.Response(status))
    )

    with pytest.raises(SmsNotSent, match=str(status)):
        gateway.send(NUMBER, CODE, reference="r1")
    gateway.close()


@pytest.mark.parametrize(
    ("failure", "cause"),
    [(httpx.ReadTimeout, "timeout"), (httpx.ConnectError, "connection")],
)
def test_a_failure_tells_neither_number_nor_code(
    failure: type[httpx.RequestError], cause: str
) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise failure("failed", request=request)

    gateway = HttpSmsGateway("https://sms", "key", transport=httpx.MockTransport(fail))

    with pytest.raises(SmsNotSent) as refusal:
        gateway.send(NUMBER, CODE, reference="r1")
    gateway.close()

    assert refusal.value.cause == cause
    assert refusal.value.__context__ is None, "httpx's errors carry the request"
    assert not {CODE, "912000001"} & set(str(refusal.value).split())
