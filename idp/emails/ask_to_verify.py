"""Asking, by a link, whether a citizen reads the mail to an address."""

from datetime import timedelta
from typing import Final

from idp.audit.events import EmailAsked
from idp.audit.log import record
from idp.citizens.holds import lock_changeable
from idp.citizens.model import CitizenId
from idp.core.clock import Clock
from idp.core.email_address import EmailAddress
from idp.core.handles import digest, new_handle
from idp.db.database import Database
from idp.emails import store
from idp.emails.model import EmailVerification, EmailVerificationId
from idp.emails.ports import EmailLinks
from idp.messaging.links import Links
from idp.throttling.note_exceeded import noting_exceeded
from idp.throttling.ports import Budget, Throttle

PATH: Final = "/email"
"""The page that a link opens."""


class AskToVerifyEmail:
    """
    Sends a link to an address that a citizen gave as the own.

    For enrolment, once the account exists, and for the account's page, after a fresh sign-in. The
    address that is verified so far stays in use until the link is spent.
    """

    def __init__(
        self,
        *,
        database: Database,
        throttle: Throttle,
        budget: Budget,
        queue: EmailLinks,
        links: Links,
        lasts: timedelta,
        clock: Clock,
    ) -> None:
        self._database = database
        self._throttle = throttle
        self._budget = budget
        self._queue = queue
        self._links = links
        self._lasts = lasts
        self._clock = clock

    def __call__(self, citizen_id: CitizenId, address: EmailAddress) -> None:
        """
        Do so; earlier links of the citizen lead nowhere from now on.

        Raises `BudgetSpent` (mail to strangers' addresses is limited by citizen), `ChangesBarred`.
        """
        now = self._clock.now()
        self._count(citizen_id)
        verification_id = EmailVerificationId(new_handle())
        with self._database.transaction() as transaction:
            lock_changeable(transaction, citizen_id)
            store.forget_of(transaction, citizen_id)
            transaction.add(
                EmailVerification(
                    id=verification_id,
                    citizen_id=citizen_id,
                    address=address.value,
                    handle=digest(self._links.handle(PATH, verification_id)),
                    asked_at=now,
                    expires_at=now + self._lasts,
                )
            )
            record(transaction, EmailAsked(citizen_id=citizen_id), now)
        self._queue.send_link(verification_id)

    def _count(self, citizen_id: CitizenId) -> None:
        with noting_exceeded(self._database, self._clock, citizen_id=citizen_id):
            self._throttle.count(self._budget, citizen_id)
