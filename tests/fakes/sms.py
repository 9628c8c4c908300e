"""Text messages that stay here: an honest double of the port `SmsSender`."""

from dataclasses import dataclass

from idp.core.phone_number import PhoneNumber
from idp.messaging.ports import SmsNotSent
from idp.messaging.texts import is_one_message


@dataclass(frozen=True)
class SentSms:
    """One message, as it was accepted."""

    to: PhoneNumber
    text: str
    reference: str


class SmsOutbox:
    """
    Keeps what was sent, oldest first; implements `SmsSender`.

    As strict as a gateway: refuses what is not one message of GSM 7-bit, and sends nothing twice
    under one reference. While `broken`, it accepts nothing.
    """

    def __init__(self) -> None:
        self.sent: list[SentSms] = []
        self.broken = False

    def send(self, to: PhoneNumber, text: str, *, reference: str) -> None:
        """See the port."""
        if self.broken:
            raise SmsNotSent("broken")
        if not text or not is_one_message(text):
            raise SmsNotSent("not one message")
        if reference not in {message.reference for message in self.sent}:
            self.sent.append(SentSms(to, text, reference))

    def to(self, number: PhoneNumber) -> list[str]:
        """Return the texts that went to *number*, oldest first."""
        return [message.text for message in self.sent if message.to == number]
