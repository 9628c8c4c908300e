"""The worker's part: reminding those who look after a portal that a secret or a key of it ends."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import structlog

from idp.audit.events import CredentialLapses
from idp.audit.log import record
from idp.core.clock import Clock
from idp.core.email_address import EmailAddress, InvalidEmailAddress
from idp.db.database import Database
from idp.messaging.mails import LapsingCredential, Writer, lapse_mail
from idp.messaging.model import Mail
from idp.messaging.ports import MailNotSent, MailRefused, MailSender
from idp.onboarding import store
from idp.onboarding.credentials import live_secrets
from idp.onboarding.rules import reminder_due
from idp.relying_parties.keys import thumbprint
from idp.relying_parties.model import (
    ClientAuthentication,
    RelyingPartyKey,
    RelyingPartyRecord,
    RelyingPartySecret,
)
from idp.relying_parties.registration import InvalidRegistration, parse_registration

REMINDED_EVERY: Final = timedelta(hours=1)
_MOST: Final = 500  # a round; the rest is due in the next

_log = structlog.get_logger(__name__)


class RemindContacts:
    """
    Sends each reminder once: it is noted first, and the note is taken back where none was sent.

    A second worker finds the note; a mail server that is away ends the round. An address that it
    refuses does not: no team's mistake keeps the others' reminders back.
    """

    def __init__(
        self, *, database: Database, sender: MailSender, writer: Writer, clock: Clock
    ) -> None:
        self._database = database
        self._sender = sender
        self._writer = writer
        self._clock = clock

    def __call__(self) -> int:
        """Send what is due; of how many secrets and keys that was."""
        now = self._clock.now()
        with self._database.reading() as reading:
            due = store.lapsing(reading, now, limit=_MOST)
        told = 0
        for lapsing in due:
            try:
                told += self._remind(lapsing, now)
            except MailNotSent as away:
                _log.warning("reminder.not_sent", client_id=lapsing.client_id, cause=away.cause)
                break
        return told

    def _remind(self, lapsing: store.Lapsing, now: datetime) -> bool:
        """Raises `MailNotSent`: as if nothing had happened."""
        before = lapsing.reminded_days
        days = None if lapsing.expires_at is None else reminder_due(lapsing.expires_at, now, before)
        if days is None:
            return False
        with self._database.transaction() as transaction:
            if not store.note_reminder(transaction, lapsing, days=days, before=before):
                return False
            row = store.found(transaction, lapsing.client_id)
            mails = [] if row is None else list(self._mails(row, lapsing, now))
        sent = 0
        try:
            for number, (address, mail) in enumerate(mails):
                # The same reference for the same reminder: one that was sent twice is seen once.
                reference = f"lapse-{_reference(lapsing)}-{days}-{number}"
                sent += self._is_sent(address, mail, reference, lapsing)
        except MailNotSent:
            self._take_back(lapsing, days=days, before=before)
            raise
        if mails and not sent:
            self._take_back(lapsing, days=days, before=before)
        if sent:
            event = CredentialLapses(
                client_id=lapsing.client_id, credential=_name(lapsing), days=days
            )
            with self._database.transaction() as transaction:
                record(transaction, event, now)
        return bool(sent)

    def _is_sent(
        self, address: EmailAddress, mail: Mail, reference: str, lapsing: store.Lapsing
    ) -> bool:
        """Raises `MailNotSent`, but for an address that is refused."""
        try:
            self._sender.send(address, mail, reference=reference)
        except MailRefused as refused:
            _log.warning("reminder.refused", client_id=lapsing.client_id, cause=refused.cause)
            return False
        return True

    def _take_back(self, lapsing: store.Lapsing, *, days: int, before: int | None) -> None:
        with self._database.transaction() as transaction:
            store.note_reminder(transaction, lapsing, days=before, before=days)

    def _mails(
        self, row: RelyingPartyRecord, lapsing: store.Lapsing, now: datetime
    ) -> Iterator[tuple[EmailAddress, Mail]]:
        """One for each contact, none where nothing ends for the portal by it."""
        try:
            party = parse_registration(row.registration).relying_party
        except InvalidRegistration:
            return
        is_key = isinstance(lapsing, RelyingPartyKey)
        by_key = party.client_authentication is ClientAuthentication.PRIVATE_KEY_JWT
        if lapsing.expires_at is None or (not is_key and (by_key or _is_left(row, lapsing, now))):
            return
        ending = LapsingCredential(
            row.client_id, party.name_vi, party.name_en, _shown(row, lapsing)
        )
        mail = lapse_mail(self._writer, ending, lapsing.expires_at, is_key=is_key)
        for contact in party.contacts:
            try:
                yield EmailAddress.parse(contact), mail
            except InvalidEmailAddress:
                continue


def _is_left(row: RelyingPartyRecord, lapsing: store.Lapsing, now: datetime) -> bool:
    """Whether the portal has changed over to a secret that lasts longer."""
    return any(
        other.last_used_at is not None
        and (lapsing.last_used_at is None or lapsing.last_used_at < other.last_used_at)
        and (other.expires_at is None or other.expires_at > (lapsing.expires_at or now))
        for other in live_secrets(row, now)
    )


def _shown(row: RelyingPartyRecord, lapsing: store.Lapsing) -> str:
    """What the team knows it by."""
    if isinstance(lapsing, RelyingPartySecret):
        return f"…{lapsing.last_four}"
    keys = parse_registration(row.registration).relying_party.keys.jwks
    named = (key.get("kid") for key in keys if thumbprint(key) == lapsing.thumbprint)
    return str(next(named, None) or lapsing.thumbprint)


def _name(lapsing: store.Lapsing) -> str:
    return str(lapsing.id) if isinstance(lapsing, RelyingPartySecret) else lapsing.thumbprint


def _reference(lapsing: store.Lapsing) -> str:
    """Letters, digits, hyphens and underscores: a thumbprint has no others."""
    kind = "secret" if isinstance(lapsing, RelyingPartySecret) else "key"
    return f"{kind}-{_name(lapsing)}"
