"""Taking an authenticator away."""

from idp.audit.events import AuthenticatorRemoved
from idp.audit.log import record
from idp.authenticators import store
from idp.authenticators.changes import NotThere
from idp.authenticators.model import AuthenticatorKind
from idp.authenticators.rules import leaves_no_way
from idp.citizens.holds import lock_changeable
from idp.citizens.model import CitizenId
from idp.core.clock import Clock
from idp.db.database import Database
from idp.follow_ups.follow_ups import FollowUps
from idp.follow_ups.model import FollowUpId
from idp.messaging.model import NoticeKind


class LastWay(Exception):
    """Without it the citizen could not sign in any more."""


class RemoveAuthenticator:
    """
    Removes; the citizen is told, unless it was a device.

    A device that is forgotten only asks for more than before.
    """

    def __init__(self, *, database: Database, follow_ups: FollowUps, clock: Clock) -> None:
        self._database = database
        self._follow_ups = follow_ups
        self._clock = clock

    def __call__(self, citizen_id: CitizenId, kind: AuthenticatorKind, one: str) -> None:
        """Raise `NotThere`, `LastWay`, `ChangesBarred`."""
        now = self._clock.now()
        owed: list[FollowUpId] = []
        with self._database.transaction() as transaction:
            lock_changeable(transaction, citizen_id)  # of two that go at once, one has to stay
            if not store.remove(transaction, kind, citizen_id, one):
                raise NotThere
            if kind is not AuthenticatorKind.DEVICE and leaves_no_way(
                store.ways_of(transaction, citizen_id, now)
            ):
                raise LastWay
            event = AuthenticatorRemoved(
                citizen_id=citizen_id, authenticator=kind, authenticator_id=one
            )
            record(transaction, event, now)
            if kind is not AuthenticatorKind.DEVICE:
                told = NoticeKind.AUTHENTICATOR_REMOVED
                owed.append(self._follow_ups.owe_notice(transaction, told, citizen_id, now))
        self._follow_ups.do(*owed)
