"""Mails that stay here: an honest double of the port `MailSender`."""

from dataclasses import dataclass

from idp.core.email_address import EmailAddress
from idp.messaging.model import Mail
from idp.messaging.ports import MailNotSent, MailRefused


@dataclass(frozen=True)
class SentMail:
    """One mail, as it was accepted."""

    to: EmailAddress
    subject: str
    text: str
    reference: str


class MailOutbox:
    """
    Keeps what was sent, oldest first; implements `MailSender`.

    As a mailbox does, it shows what came twice under one reference once. While `broken`, it accepts
    nothing; for an address that it *refuses*, nothing ever.
    """

    def __init__(self) -> None:
        self.sent: list[SentMail] = []
        self.broken = False
        self.refuses: set[str] = set()

    def send(self, to: EmailAddress, mail: Mail, *, reference: str) -> None:
        """See the port."""
        if self.broken:
            raise MailNotSent("broken")
        if to.value in self.refuses:
            raise MailRefused("refused")
        if reference not in {sent.reference for sent in self.sent}:
            self.sent.append(SentMail(to, mail.subject, mail.text, reference))

    def to(self, address: str) -> list[str]:
        """Return the texts that went to *address*, oldest first."""
        return [sent.text for sent in self.sent if sent.to.value == address]
