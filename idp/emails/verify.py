"""The answer to a link: mail to that address is read by the citizen."""

from idp.audit.events import EmailVerified
from idp.audit.log import record
from idp.citizens.email_store import set_verified_email
from idp.citizens.holds import lock_changeable
from idp.citizens.model import CitizenId
from idp.core.clock import Clock
from idp.core.handles import digest
from idp.db.database import Database
from idp.emails import store
from idp.follow_ups.follow_ups import FollowUps
from idp.messaging.model import NoticeKind


class LinkSpent(Exception):
    """The link was used, has expired, was followed by another, or never was one of ours."""


class VerifyEmail:
    """Spends a link, and makes its address the one that mail to the citizen goes to."""

    def __init__(self, *, database: Database, follow_ups: FollowUps, clock: Clock) -> None:
        self._database = database
        self._follow_ups = follow_ups
        self._clock = clock

    def __call__(self, handle: str) -> CitizenId:
        """
        Do so; whose address it was. Raises `LinkSpent`, `ChangesBarred`.

        Never for a GET: mail scanners open every link.
        """
        now = self._clock.now()
        with self._database.transaction() as transaction:
            asked = store.find(transaction, digest(handle), now)
            if asked is None:
                raise LinkSpent
            lock_changeable(transaction, asked.citizen_id)
            if store.spend(transaction, digest(handle), now) is None:
                raise LinkSpent
            set_verified_email(transaction, asked.citizen_id, asked.address, now)
            record(transaction, EmailVerified(citizen_id=asked.citizen_id), now)
            owed = self._follow_ups.owe_notice(
                transaction, NoticeKind.EMAIL_VERIFIED, asked.citizen_id, now
            )
        self._follow_ups.do(owed)
        return asked.citizen_id
