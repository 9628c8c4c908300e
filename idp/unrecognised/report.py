"""The report: the account is locked before anything else is asked."""

from collections.abc import Sequence
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from idp.audit.events import AccountHeld, ActivityUnrecognised
from idp.audit.log import record
from idp.authenticators.forget_devices import end_remembered_devices
from idp.citizens.holds import place_hold
from idp.citizens.model import CitizenId, HoldKind
from idp.citizens.store import lock
from idp.core.clock import Clock
from idp.core.handles import digest
from idp.db.database import Database
from idp.db.series import next_number
from idp.follow_ups.follow_ups import FollowUps
from idp.follow_ups.model import FollowUpId
from idp.messaging.model import NoticeKind
from idp.unrecognised import store
from idp.unrecognised.model import ReportNumber
from idp.unrecognised.rules import report_number

HELD_BY: Final = "citizen"
_YEAR_OF: Final = ZoneInfo("Asia/Ho_Chi_Minh")


class LinkSpent(Exception):
    """The link was used, has expired, or never was one of ours."""


class ReportUnrecognised:
    """
    Locks the account of a citizen who does not know what happened in it.

    Nobody signs in until an operator has looked: whoever was in may have changed what a recovery
    would ask for. Sessions, tokens and remembered devices end, and the portals are told.
    """

    def __init__(self, *, database: Database, follow_ups: FollowUps, clock: Clock) -> None:
        self._database = database
        self._follow_ups = follow_ups
        self._clock = clock

    def by_citizen(self, citizen_id: CitizenId, event_id: int | None) -> ReportNumber:
        """Do so for who is signed in; *event_id* is the activity that was pointed at."""
        with self._database.transaction() as transaction:
            number, owed = self._lock(transaction, citizen_id, event_id)
        self._follow_ups.do(*owed)
        return number

    def by_link(self, handle: str) -> ReportNumber:
        """Do so for whom a notice went to. Raises `LinkSpent`. Never for a GET."""
        with self._database.transaction() as transaction:
            citizen_id = store.spend(transaction, digest(handle), self._clock.now())
            if citizen_id is None:
                raise LinkSpent
            number, owed = self._lock(transaction, citizen_id, None)
        self._follow_ups.do(*owed)
        return number

    def _lock(
        self, transaction: Session, citizen_id: CitizenId, event_id: int | None
    ) -> tuple[ReportNumber, Sequence[FollowUpId]]:
        """The number, and what follows of a new report; one account has one at a time."""
        lock(transaction, citizen_id)
        number = store.open_report_of(transaction, citizen_id)
        if number is not None:
            return number, ()
        now = self._clock.now()
        year = now.astimezone(_YEAR_OF).year
        number = report_number(year, next_number(transaction, f"unrecognised-{year}"))
        kind = HoldKind.UNRECOGNISED_ACTIVITY
        place_hold(transaction, citizen_id, kind, now, reference=number)
        held = AccountHeld(citizen_id=citizen_id, hold=kind, reference=number, by=HELD_BY)
        record(transaction, held, now)
        unrecognised = ActivityUnrecognised(citizen_id=citizen_id, report=number, event_id=event_id)
        record(transaction, unrecognised, now)
        end_remembered_devices(transaction, citizen_id, now)
        return number, (
            self._follow_ups.owe_end(transaction, citizen_id, "unrecognised_activity", now),
            self._follow_ups.owe_notice(
                transaction, NoticeKind.UNRECOGNISED_ACTIVITY, citizen_id, now
            ),
        )
