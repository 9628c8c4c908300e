"""Adding an authenticator app: a secret is shown, and counts when the app shows a right code."""

from idp.audit.events import AuthenticatorAdded
from idp.audit.log import record
from idp.authenticators import store
from idp.authenticators.attempts import Attempts
from idp.authenticators.changes import NotThere, TooMany
from idp.authenticators.model import AuthenticatorApp, AuthenticatorKind
from idp.authenticators.verify_app_code import WrongCode
from idp.citizens.holds import lock_changeable
from idp.citizens.model import CitizenId
from idp.core.clock import Clock
from idp.core.handles import new_uuid
from idp.db.database import Database
from idp.follow_ups.follow_ups import FollowUps
from idp.messaging.model import NoticeKind
from idp.throttling.ports import Budget
from idp.totp.codes import new_totp_secret, step_of_code


class AddApp:
    """Sets an app up; one at a time, and *at_most* so many of a citizen."""

    def __init__(
        self,
        *,
        database: Database,
        attempts: Attempts,
        budget: Budget,
        follow_ups: FollowUps,
        at_most: int,
        clock: Clock,
    ) -> None:
        self._database = database
        self._attempts = attempts
        self._budget = budget
        self._follow_ups = follow_ups
        self._at_most = at_most
        self._clock = clock

    def begin(self, citizen_id: CitizenId, name: str) -> str:
        """Make a secret for an app; the id to confirm. Raises `TooMany`, `ChangesBarred`."""
        now = self._clock.now()
        with self._database.transaction() as transaction:
            lock_changeable(transaction, citizen_id)
            if len(store.apps_of(transaction, citizen_id)) >= self._at_most:
                raise TooMany
            store.forget_pending_apps(transaction, citizen_id)
            app = AuthenticatorApp(
                id=new_uuid(),
                citizen_id=citizen_id,
                name=name,
                secret=new_totp_secret(),
                step_used=0,
                created_at=now,
            )
            transaction.add(app)
        return app.id

    def confirm(self, citizen_id: CitizenId, app_id: str, code: str) -> None:
        """
        Let the app count, if it shows *code*, which is used up by that.

        Raises `WrongCode`, `BudgetSpent`, `NotThere`, `ChangesBarred`.
        """
        self._attempts.count(self._budget, citizen_id)
        now = self._clock.now()
        with self._database.transaction() as transaction:
            lock_changeable(transaction, citizen_id)
            app = store.pending_app(transaction, citizen_id, app_id)
            if app is None:
                raise NotThere
            step = step_of_code(app.secret, code, now)
            if step is None:
                raise WrongCode
            if not store.confirm_app(transaction, app_id, step, now):
                raise NotThere
            event = AuthenticatorAdded(
                citizen_id=citizen_id,
                authenticator=AuthenticatorKind.APP,
                authenticator_id=app_id,
            )
            record(transaction, event, now)
            told = NoticeKind.AUTHENTICATOR_ADDED
            owed = self._follow_ups.owe_notice(transaction, told, citizen_id, now)
        self._follow_ups.do(owed)
        self._attempts.forget(self._budget, citizen_id)
