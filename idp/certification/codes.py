"""The one code of certification mode, and the messages that are not sent."""

from idp.core.email_address import EmailAddress
from idp.core.phone_number import PhoneNumber
from idp.messaging.model import Mail
from idp.otp.model import ChallengeId


class FixedCode:
    """Every challenge's every code is the same; implements `Codes`."""

    def __init__(self, code: str) -> None:
        self._code = code

    def code(self, challenge_id: ChallengeId, counter: int) -> str:  # noqa: ARG002
        """That code."""
        return self._code


class NoMail:
    """Accepts every mail and sends none; implements `MailSender`."""

    def send(self, to: EmailAddress, mail: Mail, *, reference: str) -> None:
        """Do nothing: the address may be somebody's."""


class NoTextMessages:
    """Accepts every text and sends none; implements `SmsSender`."""

    def send(self, to: PhoneNumber, text: str, *, reference: str) -> None:
        """Do nothing: the suite knows the code, and the number may be somebody's."""
