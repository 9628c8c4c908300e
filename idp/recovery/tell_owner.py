"""Telling the owner of an account that somebody wants to recover it by another phone."""

from typing import Final

from idp.core.clock import Clock
from idp.core.handles import digest
from idp.db.database import Database
from idp.messaging.links import Links
from idp.recovery import store
from idp.recovery.model import PhoneRecoveryId, RecoveryText
from idp.recovery.ports import RecoveryTexts

CANCEL_PATH: Final = "/c"
"""The page of the link that cancels: short, for it stands in a text message."""
_AT_MOST: Final = 500


class TellOwner:
    """
    Has both texts with the link sent; the link works from then.

    A request that nobody was told of would be a theft in silence: so what is cut off after the
    request was stored is done again by the worker, and nothing comes of the request before a text
    was sent (`RecoveryTextDelivery`).
    """

    def __init__(
        self, *, database: Database, queue: RecoveryTexts, links: Links, clock: Clock
    ) -> None:
        self._database = database
        self._queue = queue
        self._links = links
        self._clock = clock

    def __call__(self, recovery_id: PhoneRecoveryId) -> None:
        """Do so; queued, then noted: each text goes once, for its reference stays the same."""
        self._queue.send_recovery_text(RecoveryText.BEGUN, recovery_id)
        self._queue.send_recovery_text(RecoveryText.BEGUN_MAIL, recovery_id)
        handle = digest(self._links.handle(CANCEL_PATH, recovery_id))
        with self._database.transaction() as transaction:
            store.make_cancellable(transaction, recovery_id, handle)

    def who_was_not_told(self) -> int:
        """Do so for every request where it failed the first time; how many those were."""
        with self._database.reading() as reading:
            left = store.not_cancellable(reading, self._clock.now(), at_most=_AT_MOST)
        for recovery_id in left:
            self(recovery_id)
        return len(left)
