"""Handing a text to the network."""

from datetime import datetime
from typing import Protocol

from idp.citizens.model import CitizenId
from idp.core.email_address import EmailAddress
from idp.core.phone_number import PhoneNumber
from idp.messaging.model import Mail, NoticeKind


class SmsNotSent(Exception):
    """
    The gateway did not accept the message; sending it again under the same reference is safe.

    *cause* is a word for the log. Holds neither the number nor the text.
    """

    def __init__(self, cause: str) -> None:
        super().__init__(f"text message not accepted: {cause}")
        self.cause = cause


class MailNotSent(Exception):
    """
    The mail server did not accept the message; sending it again may help.

    *cause* is a word for the log. Holds neither the address nor the text.
    """

    def __init__(self, cause: str) -> None:
        super().__init__(f"mail not accepted: {cause}")
        self.cause = cause


class MailRefused(MailNotSent):
    """The mail server is there, and takes nothing for this address: for others it may."""


class SmsSender(Protocol):
    """Hands a text to the network; returning means accepted, not delivered."""

    def send(self, to: PhoneNumber, text: str, *, reference: str) -> None:
        """
        Send *text* (one message: 160 characters of GSM 7-bit) to *to*; raises `SmsNotSent`.

        *reference* names the message to the gateway: the same one again sends nothing twice.
        """
        ...


class MailSender(Protocol):
    """Hands a mail to the mail server; returning means accepted, not delivered."""

    def send(self, to: EmailAddress, mail: Mail, *, reference: str) -> None:
        """
        Send *mail* to *to*; raises `MailNotSent`, `MailRefused` where it is for the address.

        *reference* (letters, digits, hyphens and underscores) becomes the `Message-ID`, by which
        mailboxes tell that a mail sent again is the same one.
        """
        ...


class WaysOut(Protocol):
    """Links by which a citizen says that what a notice tells of was not their doing."""

    def link(self, citizen_id: CitizenId, kind: NoticeKind, at: datetime, *, reference: str) -> str:
        """The whole address for the message with that *reference*; the same one each time."""
        ...


class Notices(Protocol):
    """
    Tells a citizen, through the worker, what happened to the own account.

    By text message to the default phone, or to every one where phones are what has changed, and,
    once its address is verified, by mail.
    """

    def tell(self, kind: NoticeKind, citizen_id: CitizenId, at: datetime) -> None:
        """Have the citizen told what happened at that (aware) moment."""
        ...
