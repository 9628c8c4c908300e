"""Telling both sides of a request: the worker looks up whom, and derives the link."""

from datetime import datetime, timedelta

from idp.citizens.email_store import verified_email_of
from idp.core.clock import Clock
from idp.core.phone_number import PhoneNumber
from idp.db.database import Database
from idp.messaging.links import Links
from idp.messaging.mails import Writer, other_phone_mail
from idp.messaging.model import NoticeKind
from idp.messaging.ports import MailSender, SmsSender
from idp.messaging.texts import (
    notice_text,
    other_phone_cancelled_text,
    other_phone_ready_text,
    other_phone_text,
)
from idp.recovery import store
from idp.recovery.model import PhoneRecoveryId, RecoveryText
from idp.recovery.tell_owner import CANCEL_PATH


class RecoveryTextDelivery:
    """
    Sends one text about one request.

    Whoever can cancel it has *wait* for that from when the text with the link was sent, however
    long the worker or a gateway was away; and whoever asked has *kept* to come back after that.
    """

    def __init__(
        self,
        *,
        database: Database,
        sms: SmsSender,
        mail: MailSender,
        writer: Writer,
        links: Links,
        service_name: str,
        site: str,
        wait: timedelta,
        kept: timedelta,
        clock: Clock,
    ) -> None:
        self._database = database
        self._sms = sms
        self._mail = mail
        self._writer = writer
        self._links = links
        self._service_name = service_name
        self._site = site
        self._wait = wait
        self._kept = kept
        self._clock = clock

    def __call__(self, what: RecoveryText, recovery_id: PhoneRecoveryId) -> None:
        """
        Send it, unless what happened since has made it untrue.

        Safe to repeat: the reference names the request and the text. Raises `SmsNotSent`,
        `MailNotSent`; nobody counts as told then.
        """
        now = self._clock.now()
        with self._database.reading() as reading:
            known = store.correspondents(reading, recovery_id)
            if known is None:
                return
            address = verified_email_of(reading, known.citizen_id)
        reference = f"{recovery_id}-{what}"
        possible_from = max(known.possible_from, now + self._wait)
        tells_owner = what in {RecoveryText.BEGUN, RecoveryText.BEGUN_MAIL}
        told = tells_owner and known.former is None and address is None  # there is nobody to tell
        if what is RecoveryText.BEGUN_MAIL:
            if address is not None and known.end is None:
                link = self._links.link(CANCEL_PATH, recovery_id)
                mail = other_phone_mail(self._writer, link, possible_from)
                self._mail.send(address, mail, reference=reference)
                told = True
        else:
            to, text = self._text(what, recovery_id, known)
            if to is not None and text is not None:
                self._sms.send(to, text, reference=reference)
                told = tells_owner
        if told:
            self._note_owner_told(recovery_id, now, possible_from)

    def _note_owner_told(
        self, recovery_id: PhoneRecoveryId, now: datetime, possible_from: datetime
    ) -> None:
        with self._database.transaction() as transaction:
            store.note_owner_told(
                transaction,
                recovery_id,
                now,
                possible_from=possible_from,
                expires_at=possible_from + self._kept,
            )

    def _text(
        self, what: RecoveryText, recovery_id: PhoneRecoveryId, known: store.Correspondents
    ) -> tuple[PhoneNumber | None, str | None]:
        service, hotline = self._service_name, self._writer.hotline
        if what is RecoveryText.BEGUN and known.end is None:
            link = self._links.link(CANCEL_PATH, recovery_id)
            return known.former, other_phone_text(service, link)
        if what is RecoveryText.READY and known.end is None:
            return known.other, other_phone_ready_text(service, self._site)
        if what is RecoveryText.CANCELLED and known.ended_at is not None:
            return known.other, other_phone_cancelled_text(service, known.ended_at, hotline)
        if what is RecoveryText.REPLACED and known.ended_at is not None:
            replaced = NoticeKind.PHONE_REPLACED
            return known.former, notice_text(replaced, service, known.ended_at, hotline)
        return None, None
