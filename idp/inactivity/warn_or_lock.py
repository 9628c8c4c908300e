"""What is done about one citizen who has not signed in for long."""

from idp.audit.events import AccountHeld, InactivityNoticed
from idp.audit.log import record
from idp.citizens.holds import place_hold
from idp.citizens.model import CitizenId, HoldKind
from idp.core.clock import Clock
from idp.db.database import Database
from idp.follow_ups.follow_ups import FollowUps
from idp.follow_ups.model import FollowUpId
from idp.inactivity import store
from idp.inactivity.model import InactivityNotice
from idp.inactivity.rules import Due, InactivityPolicy, due
from idp.messaging.model import NoticeKind

HELD_BY = "inactivity"


class WarnOrLock:
    """
    Sends the notice that is due, or locks the account.

    What is due is decided under the lock of the citizen's row, and kept with what follows from it:
    two workers send one notice.
    """

    def __init__(
        self,
        *,
        database: Database,
        follow_ups: FollowUps,
        policy: InactivityPolicy,
        clock: Clock,
    ) -> None:
        self._database = database
        self._follow_ups = follow_ups
        self._policy = policy
        self._clock = clock

    def __call__(self, citizen_id: CitizenId) -> Due | None:
        """What was done; nothing where the citizen has signed in meanwhile."""
        now = self._clock.now()
        owed: list[FollowUpId] = []
        with self._database.transaction() as transaction:
            since = store.locked_last_sign_in(transaction, citizen_id)
            if since is None:
                return None
            told = store.told_since(transaction, citizen_id, since)
            what = due(since, told, now, self._policy)
            if what is Due.NOTICE:
                number = len(told) + 1
                transaction.add(
                    InactivityNotice(citizen_id=citizen_id, since=since, number=number, told_at=now)
                )
                event = InactivityNoticed(citizen_id=citizen_id, number=number)
                record(transaction, event, now)
                owed = [
                    self._follow_ups.owe_notice(transaction, NoticeKind.INACTIVE, citizen_id, now)
                ]
            elif what is Due.LOCK:
                place_hold(transaction, citizen_id, HoldKind.INACTIVE, now)
                held = AccountHeld(
                    citizen_id=citizen_id, hold=HoldKind.INACTIVE, reference="", by=HELD_BY
                )
                record(transaction, held, now)
                owed = [
                    # Whoever signed in at this very moment is out again, and may open the account.
                    self._follow_ups.owe_end(transaction, citizen_id, "account_held", now),
                    self._follow_ups.owe_notice(
                        transaction, NoticeKind.INACTIVE_LOCKED, citizen_id, now
                    ),
                ]
        self._follow_ups.do(*owed)
        return what
