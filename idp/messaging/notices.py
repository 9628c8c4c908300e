"""Notices to a citizen about the own account: sent by the worker on every channel we know."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from idp.citizens.model import CitizenId
from idp.citizens.store import phone_number_of, verified_email_of
from idp.db.database import Database
from idp.messaging.mails import Writer, notice_mail
from idp.messaging.model import NoticeKind
from idp.messaging.ports import MailSender, SmsSender
from idp.messaging.texts import (
    Notice,
    authenticator_added_text,
    authenticator_removed_text,
    dispute_closed_text,
    dispute_kept_text,
    dispute_more_needed_text,
    dispute_opened_text,
    dispute_transferred_text,
    email_verified_text,
    enrolment_finished_text,
    identity_number_added_text,
    level_raised_text,
    password_changed_text,
    phone_lost_text,
    phone_replaced_text,
    recovery_code_used_text,
    recovery_codes_made_text,
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
}


class NoticeDelivery:
    """Sends one notice by text message, to the default phone."""

    def __init__(
        self, *, database: Database, sender: SmsSender, service_name: str, hotline: str
    ) -> None:
        self._database = database
        self._sender = sender
        self._service_name = service_name
        self._hotline = hotline

    def __call__(
        self, kind: NoticeKind, citizen_id: CitizenId, at: datetime, *, reference: str
    ) -> None:
        """Tell the citizen what happened at that moment. Raises `SmsNotSent`."""
        with self._database.reading() as reading:
            number = phone_number_of(reading, citizen_id)
        if number is not None:
            text = _TEXTS[kind](self._service_name, at, self._hotline)
            self._sender.send(number, text, reference=reference)


class NoticeMailing:
    """Sends one notice by mail, if the citizen has a verified address."""

    def __init__(self, *, database: Database, sender: MailSender, writer: Writer) -> None:
        self._database = database
        self._sender = sender
        self._writer = writer

    def __call__(
        self, kind: NoticeKind, citizen_id: CitizenId, at: datetime, *, reference: str
    ) -> None:
        """Tell the citizen what happened at that moment. Raises `MailNotSent`."""
        with self._database.reading() as reading:
            address = verified_email_of(reading, citizen_id)
        if address is not None:
            self._sender.send(address, notice_mail(self._writer, kind, at), reference=reference)
