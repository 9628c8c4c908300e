"""Forgetting devices that nobody signs in on any more."""

from datetime import timedelta

from idp.authenticators import store
from idp.core.clock import Clock
from idp.db.database import Database


def forget_unused_devices(database: Database, known_for: timedelta, clock: Clock) -> None:
    """Forget what was not used for *known_for*; its cookie has ended too."""
    with database.transaction() as transaction:
        store.forget_devices_unused_since(transaction, clock.now() - known_for)
