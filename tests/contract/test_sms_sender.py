"""What everyone may rely on who sends a text, of the double and of the real adapter alike."""

from collections.abc import Iterator
from itertools import count
from typing import Protocol

import pytest

from idp.adapters.sms_gateway import HttpSmsGateway
from idp.core.phone_number import PhoneNumber
from idp.messaging.ports import SmsNotSent, SmsSender
from tests.fakes.served_sandbox import SMS_API_KEY, ServedSandbox, served_sandbox
from tests.fakes.sms import SmsOutbox

_numbers = count(1)


class Network(Protocol):
    """A network that a test may look into and break."""

    @property
    def sender(self) -> SmsSender: ...
    def received(self, number: PhoneNumber) -> list[str]: ...
    def break_down(self) -> None: ...


class NetworkInMemory:
    def __init__(self) -> None:
        self.sender = SmsOutbox()

    def received(self, number: PhoneNumber) -> list[str]:
        return self.sender.to(number)

    def break_down(self) -> None:
        self.sender.broken = True


class NetworkOverHttp:
    def __init__(self, sandbox: ServedSandbox, sender: HttpSmsGateway) -> None:
        self._sandbox = sandbox
        self.sender = sender

    def received(self, number: PhoneNumber) -> list[str]:
        messages = self._sandbox.http.get("/api/messages", params={"to": number.e164}).json()
        return [message["text"] for message in reversed(messages)]

    def break_down(self) -> None:
        self._sandbox.post("/api/faults", sms=True, kind="http_500")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[ServedSandbox]:
    with served_sandbox() as served:
        yield served


@pytest.fixture(scope="module")
def gateway(sandbox: ServedSandbox) -> Iterator[HttpSmsGateway]:
    gateway = HttpSmsGateway(sandbox.base_url, SMS_API_KEY)
    yield gateway
    gateway.close()


@pytest.fixture
def network_over_http(sandbox: ServedSandbox, gateway: HttpSmsGateway) -> Iterator[NetworkOverHttp]:
    yield NetworkOverHttp(sandbox, gateway)
    sandbox.http.delete("/api/faults").raise_for_status()


@pytest.fixture(params=["in_memory", "over_http"])
def network(request: pytest.FixtureRequest) -> Network:
    if request.param == "in_memory":
        return NetworkInMemory()
    return request.getfixturevalue("network_over_http")  # type: ignore[no-any-return]


@pytest.fixture
def number() -> PhoneNumber:
    return PhoneNumber.parse(f"0918{next(_numbers):06}")


def test_a_text_arrives_at_its_number_and_nowhere_else(
    network: Network, number: PhoneNumber
) -> None:
    network.sender.send(number, "123456 la ma\n\n@localhost #123456", reference=f"{number.e164}-1")

    assert network.received(number) == ["123456 la ma\n\n@localhost #123456"]
    assert network.received(PhoneNumber.parse("0919999999")) == []


def test_one_reference_sends_once(network: Network, number: PhoneNumber) -> None:
    for reference in ("first", "first", "second"):
        network.sender.send(number, reference, reference=f"{number.e164}-{reference}")

    assert network.received(number) == ["first", "second"]


@pytest.mark.parametrize("text", ["", "a" * 161, "mã"])
def test_what_is_not_one_plain_message_is_not_sent(
    network: Network, number: PhoneNumber, text: str
) -> None:
    with pytest.raises(SmsNotSent):
        network.sender.send(number, text, reference=f"{number.e164}-1")

    assert network.received(number) == []


def test_a_broken_network_says_so(network: Network, number: PhoneNumber) -> None:
    network.break_down()

    with pytest.raises(SmsNotSent):
        network.sender.send(number, "text", reference=f"{number.e164}-1")


def test_a_wrong_key_sends_nothing(sandbox: ServedSandbox, number: PhoneNumber) -> None:
    gateway = HttpSmsGateway(sandbox.base_url, "wrong")

    with pytest.raises(SmsNotSent, match="401"):
        gateway.send(number, "text", reference=f"{number.e164}-1")
    gateway.close()
