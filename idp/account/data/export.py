"""Noting that a citizen takes a copy along, before it is given."""

from datetime import timedelta
from enum import StrEnum

from sqlalchemy import select

from idp.audit.events import DataExported
from idp.audit.log import kind_of, record
from idp.audit.model import AuditEvent
from idp.citizens.holds import ensure_changeable
from idp.citizens.model import CitizenId
from idp.core.clock import Clock
from idp.db.database import Database
from idp.follow_ups.follow_ups import FollowUps
from idp.messaging.model import NoticeKind


class CopyForm(StrEnum):
    """How a copy is given."""

    JSON = "json"
    PRINT = "print"


class NoteExport:
    """
    Writes it into the log and tells the citizen: a copy is all a thief would come for.

    *lasts* is how long a page to print can be looked at again without another note.
    """

    def __init__(
        self, *, database: Database, follow_ups: FollowUps, lasts: timedelta, clock: Clock
    ) -> None:
        self._database = database
        self._follow_ups = follow_ups
        self._lasts = lasts
        self._clock = clock

    def __call__(self, citizen_id: CitizenId, form: CopyForm) -> None:
        """Do so. Raises `ChangesBarred`: there is no copy of a disputed account."""
        now = self._clock.now()
        with self._database.transaction() as transaction:
            ensure_changeable(transaction, citizen_id)
            record(transaction, DataExported(citizen_id=citizen_id, form=form), now)
            told = NoticeKind.DATA_EXPORTED
            owed = self._follow_ups.owe_notice(transaction, told, citizen_id, now)
        self._follow_ups.do(owed)

    def is_noted(self, citizen_id: CitizenId) -> bool:
        """Whether it was noted a moment ago."""
        with self._database.reading() as reading:
            found = reading.execute(
                select(AuditEvent.id)
                .where(
                    AuditEvent.citizen_id == citizen_id,
                    AuditEvent.kind == kind_of(DataExported),
                    AuditEvent.at > self._clock.now() - self._lasts,
                )
                .limit(1)
            )
            return found.first() is not None
