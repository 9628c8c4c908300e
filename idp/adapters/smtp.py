"""Mail by SMTP, to a server of our own that passes it on (RFC 5321, RFC 6409)."""

import smtplib
import ssl
from dataclasses import dataclass, field
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path

from idp.core.clock import Clock
from idp.core.email_address import EmailAddress
from idp.messaging.model import Mail
from idp.messaging.ports import MailNotSent, MailRefused


@dataclass(frozen=True, slots=True)
class MailServer:
    """
    The server that takes our mail, and who we are to it.

    *starttls*: encrypt, and check the certificate, before anything is said. *ca_file*: authorities
    to trust beside the machine's own. Without *user* nothing is proved to it.
    """

    host: str
    port: int
    starttls: bool
    timeout: timedelta
    ca_file: Path | None = None
    user: str | None = None
    password: str = field(default="", repr=False)


class SmtpMailSender:
    """
    Hands each mail over on a connection of its own; implements `MailSender`.

    Safe to share between threads: nothing is kept open. SMTP knows no repetition: a mail that is
    sent again has the same `Message-ID`, and it is the mailbox that shows it once.
    """

    def __init__(
        self, server: MailServer, *, sender: EmailAddress, name: str, clock: Clock
    ) -> None:
        self._server = server
        self._sender = sender
        self._name = name
        self._clock = clock

    def send(self, to: EmailAddress, mail: Mail, *, reference: str) -> None:
        """See the port."""
        message = self._message(to, mail, reference)
        # smtplib's exceptions quote what the server said, and with it the address: name the cause,
        # and raise outside the except blocks so that they are not chained.
        cause, kind = "", MailNotSent
        try:
            self._hand_over(message, to)
        except smtplib.SMTPResponseException as refused:
            cause = f"server answered {refused.smtp_code}"
        except smtplib.SMTPRecipientsRefused as refused:
            cause = f"server answered {next(iter(refused.recipients.values()))[0]}"
            kind = MailRefused
        except ssl.SSLError:
            cause = "tls"
        except TimeoutError:
            cause = "timeout"
        except (OSError, smtplib.SMTPException):
            cause = "connection"
        if cause:
            raise kind(cause)

    def _hand_over(self, message: EmailMessage, to: EmailAddress) -> None:
        server = self._server
        seconds = server.timeout.total_seconds()
        with smtplib.SMTP(server.host, server.port, timeout=seconds) as connection:
            if server.starttls:
                context = ssl.create_default_context(cafile=server.ca_file)
                connection.starttls(context=context)
            if server.user is not None:
                connection.login(server.user, server.password)
            connection.send_message(message, self._sender.value, [to.value])

    def _message(self, to: EmailAddress, mail: Mail, reference: str) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        message["From"] = Address(self._name, addr_spec=self._sender.value)
        message["To"] = to.value
        message["Subject"] = mail.subject
        message["Date"] = format_datetime(self._clock.now())
        message["Message-ID"] = f"<{reference}@{self._sender.value.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5: nobody's holiday note answers
        message.set_content(mail.text)
        return message
