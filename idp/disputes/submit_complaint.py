"""Keeping what a claimant types, until it is sent."""

from dataclasses import dataclass
from datetime import timedelta

from idp.citizens.blind_indexes import identity_number_index, phone_number_index
from idp.core.clock import Clock
from idp.core.handles import new_handle
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.disputes import store
from idp.disputes.model import ClaimedDetails, Complaint, ComplaintId
from idp.throttling.note_exceeded import noting_exceeded
from idp.throttling.ports import Budget, Throttle


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Where it was typed; *current* is the complaint of this interaction."""

    browser: str
    network: str
    client_id: str | None
    current: ComplaintId | None


class SubmitComplaint:
    """Keeps a complaint for *kept*; who it is about is nobody's business yet."""

    def __init__(
        self,
        *,
        database: Database,
        index: BlindIndex,
        throttle: Throttle,
        budget: Budget,
        kept: timedelta,
        clock: Clock,
    ) -> None:
        self._database = database
        self._index = index
        self._throttle = throttle
        self._budget = budget
        self._kept = kept
        self._clock = clock

    def __call__(self, details: ClaimedDetails, where: Circumstances) -> Complaint:
        """
        Store *details*; what a carrier said about earlier ones is void.

        With the same phone number a confirmation of it still counts; another number is another
        complaint, with a handle of its own, so that a code to the first never speaks for the
        second. Raises `BudgetSpent`: nobody has proved anything yet.
        """
        self._count(where)
        phone_index = phone_number_index(self._index, details.phone_number)
        now = self._clock.now()
        with self._database.transaction() as transaction:
            row = (
                None
                if where.current is None
                else store.locked_complaint(transaction, where.current)
            )
            if row is not None and row.phone_number_index != phone_index:
                transaction.delete(row)
                row = None
            if row is None:
                row = Complaint(
                    id=ComplaintId(new_handle()),
                    browser=where.browser,
                    client_id=where.client_id,
                    phone_text=details.phone_number.e164,
                    phone_number_index=phone_index,
                    revision=0,
                    created_at=now,
                )
                transaction.add(row)
            number = details.identity.identity_number.value
            row.write(details, identity_number_index=identity_number_index(self._index, number))
            row.expires_at = now + self._kept
        return row

    def _count(self, where: Circumstances) -> None:
        with noting_exceeded(self._database, self._clock, client_id=where.client_id):
            self._throttle.count(self._budget, where.network)
