"""Ending a request that its owner knows nothing of."""

from idp.audit.events import PhoneRecoveryCancelled
from idp.audit.log import record
from idp.core.clock import Clock
from idp.core.handles import digest
from idp.db.database import Database
from idp.recovery import store
from idp.recovery.ask_for_other_phone import RecoveryGone
from idp.recovery.model import RecoveryText
from idp.recovery.ports import RecoveryTexts


class CancelRecovery:
    """Ends the request of a link, and tells the other phone; nothing else changes."""

    def __init__(self, *, database: Database, queue: RecoveryTexts, clock: Clock) -> None:
        self._database = database
        self._queue = queue
        self._clock = clock

    def __call__(self, handle: str) -> None:
        """Do so. Raises `RecoveryGone`: it is done, or was ended, or there never was one."""
        now = self._clock.now()
        with self._database.transaction() as transaction:
            cancelled = store.cancel(transaction, digest(handle), now)
            if cancelled is None:
                raise RecoveryGone
            recovery_id, citizen_id = cancelled
            event = PhoneRecoveryCancelled(citizen_id=citizen_id, recovery_id=recovery_id)
            record(transaction, event, now)
        self._queue.send_recovery_text(RecoveryText.CANCELLED, recovery_id)
