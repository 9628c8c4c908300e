"""The worker's part: mailing what was announced."""

from datetime import timedelta
from typing import Final

import structlog

from idp.announcements import store
from idp.announcements.model import ClaimedMail
from idp.announcements.rules import LEASE, next_attempt
from idp.core.clock import Clock
from idp.db.database import Database
from idp.messaging.mails import Writer, announcement_mail
from idp.messaging.model import Mail
from idp.messaging.ports import MailNotSent, MailSender

RUN_EVERY: Final = timedelta(minutes=1)
_MOST: Final = 500  # a round; the rest is due in the next
_IN_VAIN: Final = 3

_log = structlog.get_logger(__name__)


class SendAnnouncements:
    """
    Sends the mails that are due, one after the other.

    The row owns its attempts: whoever takes it sends, and a mail that was sent twice has the same
    `Message-ID`. A few failures in a row end the round: the mail server is away, for the next, too.
    """

    def __init__(
        self, *, database: Database, sender: MailSender, writer: Writer, clock: Clock
    ) -> None:
        self._database = database
        self._sender = sender
        self._writer = writer
        self._clock = clock

    def __call__(self) -> int:
        """Send what is due; how many mails were accepted."""
        with self._database.reading() as reading:
            due = store.due_mails(reading, self._clock.now(), limit=_MOST)
        sent, in_vain = 0, 0
        for mail_id in due:
            found = self._claim(mail_id) if in_vain < _IN_VAIN else None
            if found is None:
                continue
            claimed, mail = found
            try:
                self._sender.send(claimed.address, mail, reference=claimed.id)
            except MailNotSent as away:
                _log.warning("announcement.not_sent", cause=away.cause, attempt=claimed.attempts)
                self._put_off(claimed)
                in_vain += 1
                continue
            in_vain = 0
            with self._database.transaction() as transaction:
                store.mail_sent(transaction, claimed.id)
            sent += 1
        return sent

    def _claim(self, mail_id: str) -> tuple[ClaimedMail, Mail] | None:
        with self._database.transaction() as transaction:
            claimed = store.claim_mail(transaction, mail_id, self._clock.now(), lease=LEASE)
            if claimed is None:
                return None
            told = store.announcement(transaction, claimed.announcement_id)
            if told is None:
                return None
            return claimed, announcement_mail(
                self._writer, told.title_vi, told.title_en, told.text_vi, told.text_en
            )

    def _put_off(self, claimed: ClaimedMail) -> None:
        now = self._clock.now()
        until = next_attempt(claimed.attempts, created_at=claimed.created_at, now=now)
        with self._database.transaction() as transaction:
            if until is None:
                store.mail_given_up(transaction, claimed.id)
            else:
                store.put_off_mail(transaction, claimed.id, until)
