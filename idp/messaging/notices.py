"""Notices to a citizen about the own account: sent by the worker on every channel we know."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

from idp.citizens.email_store import emails_at, verified_email_of
from idp.citizens.model import CitizenId
from idp.citizens.phone_store import phone_number_of, phone_numbers_at
from idp.core.email_address import EmailAddress
from idp.core.phone_number import PhoneNumber
from idp.db.database import Database
from idp.messaging.mails import Writer, notice_mail
from idp.messaging.model import NoticeKind
from idp.messaging.ports import MailSender, SmsSender, WaysOut
from idp.messaging.texts import notice_text

LINKED: Final = frozenset(
    {
        NoticeKind.PASSWORD_CHANGED,
        NoticeKind.LEVEL_RAISED,
        NoticeKind.AUTHENTICATOR_ADDED,
        NoticeKind.AUTHENTICATOR_REMOVED,
        NoticeKind.RECOVERY_CODES_MADE,
        NoticeKind.RECOVERY_CODE_USED,
        NoticeKind.EMAIL_VERIFIED,
        NoticeKind.PHONE_REPLACED,
        NoticeKind.IDENTITY_NUMBER_ADDED,
        NoticeKind.PHONE_ADDED,
        NoticeKind.DEFAULT_PHONE_CHANGED,
        NoticeKind.PHONE_REMOVED,
        NoticeKind.DATA_EXPORTED,
        NoticeKind.REACTIVATED,
    }
)
"""What the citizen does in the own account: a notice of it has a link for who has not done it."""
_TO_EVERY_PHONE: Final = frozenset(
    {
        NoticeKind.PHONE_ADDED,
        NoticeKind.DEFAULT_PHONE_CHANGED,
        NoticeKind.PHONE_REMOVED,
        NoticeKind.DISPUTE_OPENED,
    }
)
"""
Whoever changes where codes go would else be the only one who is told; and the holder of a disputed
account has three days to answer, whichever phone is at hand.
"""


class NoticeDelivery:
    """Sends one notice by text message."""

    def __init__(
        self,
        *,
        database: Database,
        sender: SmsSender,
        ways_out: WaysOut,
        service_name: str,
        hotline: str,
    ) -> None:
        self._database = database
        self._sender = sender
        self._ways_out = ways_out
        self._service_name = service_name
        self._hotline = hotline

    def __call__(
        self, kind: NoticeKind, citizen_id: CitizenId, at: datetime, *, reference: str
    ) -> None:
        """Tell the citizen what happened at that moment. Raises `SmsNotSent`."""
        numbers = self._numbers(kind, citizen_id, at)
        if not numbers:
            return
        text = self._text(kind, citizen_id, at, reference)
        for place, number in enumerate(numbers):
            self._sender.send(number, text, reference=f"{reference}-{place}")

    def _numbers(
        self, kind: NoticeKind, citizen_id: CitizenId, at: datetime
    ) -> Sequence[PhoneNumber]:
        with self._database.reading() as reading:
            if kind in _TO_EVERY_PHONE:
                return phone_numbers_at(reading, citizen_id, at)
            number = phone_number_of(reading, citizen_id)
            return () if number is None else (number,)

    def _text(self, kind: NoticeKind, citizen_id: CitizenId, at: datetime, reference: str) -> str:
        if kind in LINKED:
            link = self._ways_out.link(citizen_id, kind, at, reference=reference)
            # A long address leaves no room for the rest: the number to call is short.
            with suppress(ValueError):
                return notice_text(kind, self._service_name, at, link)
        return notice_text(kind, self._service_name, at, self._hotline)


class NoticeMailing:
    """Sends one notice by mail, if the citizen has a verified address, or just had another."""

    def __init__(
        self, *, database: Database, sender: MailSender, ways_out: WaysOut, writer: Writer
    ) -> None:
        self._database = database
        self._sender = sender
        self._ways_out = ways_out
        self._writer = writer

    def __call__(
        self, kind: NoticeKind, citizen_id: CitizenId, at: datetime, *, reference: str
    ) -> None:
        """Tell the citizen what happened at that moment. Raises `MailNotSent`."""
        addresses = self._addresses(kind, citizen_id, at)
        if not addresses:
            return
        link = None
        if kind in LINKED:
            link = self._ways_out.link(citizen_id, kind, at, reference=reference)
        mail = notice_mail(self._writer, kind, at, link=link)
        for place, address in enumerate(addresses):
            self._sender.send(
                address, mail, reference=f"{reference}-{place}" if place else reference
            )

    def _addresses(
        self, kind: NoticeKind, citizen_id: CitizenId, at: datetime
    ) -> Sequence[EmailAddress]:
        with self._database.reading() as reading:
            if kind is NoticeKind.EMAIL_VERIFIED:
                # Whoever changes where mail goes would else be the only one who is told.
                return emails_at(reading, citizen_id, at)
            address = verified_email_of(reading, citizen_id)
            return () if address is None else (address,)
