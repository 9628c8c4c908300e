"""The worker's part: phones are told when their wait is over, and what ended is forgotten."""

from datetime import timedelta
from typing import Final

from idp.core.clock import Clock
from idp.db.database import Database
from idp.recovery import store
from idp.recovery.model import RecoveryText
from idp.recovery.ports import RecoveryTexts

TOLD_EVERY: Final = timedelta(minutes=1)
_AT_MOST: Final = 500


def tell_whose_wait_is_over(database: Database, queue: RecoveryTexts, clock: Clock) -> int:
    """
    Have the phones of due requests told; how many those are.

    Queued, then noted: what is cut off in between is queued again, under the same reference.
    """
    now = clock.now()
    with database.reading() as reading:
        due = store.due(reading, now, at_most=_AT_MOST)
    for recovery_id in due:
        queue.send_recovery_text(RecoveryText.READY, recovery_id)
    if due:
        with database.transaction() as transaction:
            store.note_told(transaction, due, now)
    return len(due)


def forget_expired_recoveries(database: Database, clock: Clock) -> int:
    """Delete what has expired; how many that were."""
    with database.transaction() as transaction:
        return store.forget_expired(transaction, clock.now())
