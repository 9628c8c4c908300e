"""Notices to a citizen about the own account: sent by the worker on every channel we know."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

from idp.citizens.model import CitizenId
from idp.citizens.store import emails_at, phone_number_of, phone_numbers_at, verified_email_of
from idp.core.email_address import EmailAddress
from idp.core.phone_number import PhoneNumber
from idp.db.database import Database
from idp.messaging.mails import Writer, notice_mail
from idp.messaging.model import NoticeKind
from idp.messaging.ports import MailSender, SmsSender, WaysOut
from idp.messaging.texts import (
    Notice,
    account_closed_text,
    authenticator_added_text,
    authenticator_removed_text,
    data_exported_text,
    data_request_answered_text,
    data_request_filed_text,
    default_phone_changed_text,
    dispute_closed_text,
    dispute_kept_text,
    dispute_more_needed_text,
    dispute_opened_text,
    dispute_transferred_text,
    email_verified_text,
    enrolment_finished_text,
    identity_number_added_text,
    inactive_locked_text,
    inactive_text,
    level_raised_text,
    password_changed_text,
    phone_added_text,
    phone_lost_text,
    phone_removed_text,
    phone_replaced_text,
    reactivated_text,
    recovery_code_used_text,
    recovery_codes_made_text,
    unrecognised_activity_text,
)

_TEXTS: Final[Mapping[NoticeKind, Notice]] = {
    NoticeKind.PASSWORD_CHANGED: password_changed_text,
    NoticeKind.ENROLMENT_FINISHED: enrolment_finished_text,
    NoticeKind.DISPUTE_OPENED: dispute_opened_text,
    NoticeKind.DISPUTE_MORE_NEEDED: dispute_more_needed_text,
    NoticeKind.DISPUTE_KEPT: dispute_kept_text,
    NoticeKind.DISPUTE_TRANSFERRED: dispute_transferred_text,
    NoticeKind.DISPUTE_CLOSED: dispute_closed_text,
    NoticeKind.PHONE_LOST: phone_lost_text,
    NoticeKind.LEVEL_RAISED: level_raised_text,
    NoticeKind.AUTHENTICATOR_ADDED: authenticator_added_text,
    NoticeKind.AUTHENTICATOR_REMOVED: authenticator_removed_text,
    NoticeKind.RECOVERY_CODES_MADE: recovery_codes_made_text,
    NoticeKind.RECOVERY_CODE_USED: recovery_code_used_text,
    NoticeKind.EMAIL_VERIFIED: email_verified_text,
    NoticeKind.PHONE_REPLACED: phone_replaced_text,
    NoticeKind.IDENTITY_NUMBER_ADDED: identity_number_added_text,
    NoticeKind.PHONE_ADDED: phone_added_text,
    NoticeKind.DEFAULT_PHONE_CHANGED: default_phone_changed_text,
    NoticeKind.PHONE_REMOVED: phone_removed_text,
    NoticeKind.UNRECOGNISED_ACTIVITY: unrecognised_activity_text,
    NoticeKind.DATA_EXPORTED: data_exported_text,
    NoticeKind.ACCOUNT_CLOSED: account_closed_text,
    NoticeKind.DATA_REQUEST_FILED: data_request_filed_text,
    NoticeKind.DATA_REQUEST_ANSWERED: data_request_answered_text,
    NoticeKind.INACTIVE: inactive_text,
    NoticeKind.INACTIVE_LOCKED: inactive_locked_text,
    NoticeKind.REACTIVATED: reactivated_text,
}
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
        words = _TEXTS[kind]
        if kind in LINKED:
            link = self._ways_out.link(citizen_id, kind, at, reference=reference)
            # A long address leaves no room for the rest: the number to call is short.
            with suppress(ValueError):
                return words(self._service_name, at, link)
        return words(self._service_name, at, self._hotline)


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
