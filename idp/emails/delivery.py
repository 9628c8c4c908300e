"""Sending a queued link: the worker looks up the address and derives the handle."""

from datetime import timedelta

from idp.core.clock import Clock
from idp.db.database import Database
from idp.emails import store
from idp.emails.ask_to_verify import PATH
from idp.emails.model import EmailVerificationId
from idp.messaging.links import Links
from idp.messaging.mails import Writer, verify_address_mail
from idp.messaging.ports import MailSender


class EmailLinkDelivery:
    """Sends the link of one question."""

    def __init__(
        self,
        *,
        database: Database,
        sender: MailSender,
        writer: Writer,
        links: Links,
        lasts: timedelta,
        clock: Clock,
    ) -> None:
        self._database = database
        self._sender = sender
        self._writer = writer
        self._links = links
        self._lasts = lasts
        self._clock = clock

    def __call__(self, verification_id: EmailVerificationId) -> None:
        """Send it, unless it is of no use by now. Raises `MailNotSent`."""
        with self._database.reading() as reading:
            address = store.address_of(reading, verification_id, self._clock.now())
        if address is not None:
            link = self._links.link(PATH, verification_id)
            mail = verify_address_mail(self._writer, link, self._lasts)
            self._sender.send(address, mail, reference=verification_id)
