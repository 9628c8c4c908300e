"""Noting that the person holds the phone."""

from datetime import datetime

from idp.core.clock import Clock
from idp.db.database import Database
from idp.enrolment import store
from idp.enrolment.model import PendingEnrolmentId


class ConfirmPhone:
    """Notes that a code sent to the number of a pending enrolment was right."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def __call__(self, pending_id: PendingEnrolmentId, *, at: datetime | None = None) -> None:
        """
        Note it; a carrier is asked anew, for an answer is as old as the proof it followed.

        *at* is when the code was right, if not now. Does nothing where the pending enrolment is
        gone.
        """
        with self._database.transaction() as transaction:
            row = store.locked(transaction, pending_id)
            if row is not None:
                row.phone_confirmed_at = at or self._clock.now()
                row.forget_outcome()
