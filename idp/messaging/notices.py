"""Notices to a citizen about the own account: sent by the worker to the number we know."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from idp.citizens.model import CitizenId
from idp.citizens.store import phone_number_of
from idp.db.database import Database
from idp.messaging.model import NoticeKind
from idp.messaging.ports import SmsSender
from idp.messaging.texts import (
    Notice,
    authenticator_added_text,
    authenticator_removed_text,
    enrolment_finished_text,
    password_changed_text,
    recovery_code_used_text,
    recovery_codes_made_text,
)

_TEXTS: Final[Mapping[NoticeKind, Notice]] = {
    NoticeKind.PASSWORD_CHANGED: password_changed_text,
    NoticeKind.ENROLMENT_FINISHED: enrolment_finished_text,
    NoticeKind.AUTHENTICATOR_ADDED: authenticator_added_text,
    NoticeKind.AUTHENTICATOR_REMOVED: authenticator_removed_text,
    NoticeKind.RECOVERY_CODES_MADE: recovery_codes_made_text,
    NoticeKind.RECOVERY_CODE_USED: recovery_code_used_text,
}


class NoticeDelivery:
    """Sends one notice."""

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
