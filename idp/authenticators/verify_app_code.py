"""Proving an authenticator app."""

from idp.authenticators import store
from idp.authenticators.attempts import Attempts
from idp.authenticators.model import AuthenticatorApp, SecondFactor
from idp.citizens.model import CitizenId
from idp.core.clock import Clock
from idp.db.database import Database
from idp.throttling.ports import Budget
from idp.totp.codes import step_of_code


class WrongCode(Exception):
    """No app of the citizen shows that code now, or it was used before."""


class VerifyAppCode:
    """Judges a code by every app of the citizen: counted, compared, and spent, in that order."""

    def __init__(
        self, *, database: Database, attempts: Attempts, budget: Budget, clock: Clock
    ) -> None:
        self._database = database
        self._attempts = attempts
        self._budget = budget
        self._clock = clock

    def __call__(self, citizen_id: CitizenId, code: str) -> None:
        """Raise `WrongCode`, or `BudgetSpent` where too many were tried."""
        self._attempts.count(self._budget, citizen_id)
        with self._database.reading() as reading:
            apps = store.apps_of(reading, citizen_id)
        now = self._clock.now()
        # Every app is asked, whether or not one was right already.
        shown = [(app, step_of_code(app.secret, code, now)) for app in apps]
        matches = [(app, step) for app, step in shown if step is not None]
        if not any(self._spend(app, step) for app, step in matches):
            reason = "used" if matches else "wrong"
            self._attempts.refuse(SecondFactor.APP, citizen_id, reason=reason)
            raise WrongCode
        self._attempts.forget(self._budget, citizen_id)

    def _spend(self, app: AuthenticatorApp, step: int) -> bool:
        with self._database.transaction() as transaction:
            return store.spend_step(transaction, app.id, step, self._clock.now())
