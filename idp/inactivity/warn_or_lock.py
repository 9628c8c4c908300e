"""What is done about one citizen who has not signed in for long."""

from idp.audit.events import AccountHeld, InactivityNoticed
from idp.audit.log import record
from idp.citizens import store as citizens
from idp.citizens.model import CitizenId, HoldKind
from idp.core.clock import Clock
from idp.db.database import Database
from idp.inactivity import store
from idp.inactivity.model import InactivityNotice
from idp.inactivity.rules import Due, InactivityPolicy, due
from idp.interactions.sign_in import SignIn
from idp.messaging.model import NoticeKind
from idp.messaging.ports import Notices

HELD_BY = "inactivity"


class WarnOrLock:
    """
    Sends the notice that is due, or locks the account.

    What is due is decided under the lock of the citizen's row, and kept before anybody is told:
    two workers send one notice, and a worker that ends in between sends none rather than two.
    """

    def __init__(
        self,
        *,
        database: Database,
        sign_in: SignIn,
        notices: Notices,
        policy: InactivityPolicy,
        clock: Clock,
    ) -> None:
        self._database = database
        self._sign_in = sign_in
        self._notices = notices
        self._policy = policy
        self._clock = clock

    def __call__(self, citizen_id: CitizenId) -> Due | None:
        """What was done; nothing where the citizen has signed in meanwhile."""
        now = self._clock.now()
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
            elif what is Due.LOCK:
                citizens.place_hold(transaction, citizen_id, HoldKind.INACTIVE, now)
                held = AccountHeld(
                    citizen_id=citizen_id, hold=HoldKind.INACTIVE, reference="", by=HELD_BY
                )
                record(transaction, held, now)
        if what is Due.NOTICE:
            self._notices.tell(NoticeKind.INACTIVE, citizen_id, now)
        elif what is Due.LOCK:
            # Whoever signed in at this very moment is out again, and may open the account.
            self._sign_in.end_all_of(citizen_id, reason="account_held")
            self._notices.tell(NoticeKind.INACTIVE_LOCKED, citizen_id, now)
        return what
