"""Keeping what was typed into the form."""

from dataclasses import dataclass
from datetime import timedelta

from idp.citizens.blind_indexes import identity_number_index, phone_number_index
from idp.consents.store import keep_text
from idp.core.clock import Clock
from idp.core.handles import digest, new_handle
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.enrolment import store
from idp.enrolment.model import ClaimedDetails, PendingEnrolment, PendingEnrolmentId
from idp.statistics.model import EVERYBODY, Measure, Stage, Tick
from idp.statistics.ports import Tally
from idp.throttling.note_exceeded import noting_exceeded
from idp.throttling.ports import Budget, Throttle


@dataclass(frozen=True, slots=True)
class Circumstances:
    """
    Where details were typed, and what was read before.

    *browser* is the digest of its handle, *network* where it is; *current* the pending enrolment of
    this interaction.
    """

    interaction_id: str
    browser: str
    network: str
    client_id: str | None
    notice_version: str
    notice_text: str
    current: PendingEnrolmentId | None


class SubmitForm:
    """Keeps the details of a person for *kept*, whether or not anybody can check them now."""

    def __init__(
        self,
        *,
        database: Database,
        index: BlindIndex,
        throttle: Throttle,
        budget: Budget,
        kept: timedelta,
        tally: Tally,
        clock: Clock,
    ) -> None:
        self._database = database
        self._index = index
        self._throttle = throttle
        self._budget = budget
        self._kept = kept
        self._tally = tally
        self._clock = clock

    def __call__(self, details: ClaimedDetails, where: Circumstances) -> PendingEnrolment:
        """
        Store *details*; what was found out about earlier ones is void.

        With the same phone number a confirmation of it still counts; another number is another
        pending enrolment, with a handle of its own. Raises `BudgetSpent`: nobody has proved
        anything yet, and a network could fill the database.
        """
        self._count(where)
        phone_index = phone_number_index(self._index, details.phone_number)
        now = self._clock.now()
        with self._database.transaction() as transaction:
            row = None if where.current is None else store.locked(transaction, where.current)
            if row is not None and row.phone_number_index != phone_index:
                transaction.delete(row)
                row = None
            if row is None:
                row = PendingEnrolment(
                    id=PendingEnrolmentId(new_handle()),
                    browser=where.browser,
                    phone_text=details.phone_number.e164,
                    phone_number_index=phone_index,
                    revision=0,
                    created_at=now,
                )
                transaction.add(row)
            number = details.identity.identity_number.value
            row.write(details, identity_number_index=identity_number_index(self._index, number))
            row.typed_in = digest(where.interaction_id)
            row.interaction_id = where.interaction_id
            row.client_id = where.client_id
            row.notice_version = where.notice_version
            row.notice_hash = keep_text(transaction, where.notice_text, now)
            row.expires_at = now + self._kept
        self._tally.count(
            Tick(Measure.ENROLMENT, where.client_id or EVERYBODY, Stage.FORM, self._clock.now())
        )
        return row

    def _count(self, where: Circumstances) -> None:
        with noting_exceeded(self._database, self._clock, client_id=where.client_id):
            self._throttle.count(self._budget, where.network)
