"""The worker's part: links that nobody opened are forgotten, and addresses of before."""

from datetime import timedelta
from typing import Final

from idp.citizens.email_store import forget_former_emails
from idp.core.clock import Clock
from idp.db.database import Database
from idp.emails.store import forget_expired

FORMER_KEPT: Final = timedelta(days=3)
"""Longer than the worker tries to tell whoever reads mail to a former address."""


def forget_expired_links(database: Database, clock: Clock) -> int:
    """Delete the questions that have expired; how many that were. And former addresses."""
    now = clock.now()
    with database.transaction() as transaction:
        forget_former_emails(transaction, now - FORMER_KEPT)
        return forget_expired(transaction, now)
