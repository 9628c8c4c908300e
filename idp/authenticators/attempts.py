"""Counting tries at a second factor before they are looked at, and noting those that fail."""

from dataclasses import dataclass

from idp.audit.events import SecondFactorRefused
from idp.audit.log import record
from idp.authenticators.model import SecondFactor
from idp.citizens.model import CitizenId
from idp.core.clock import Clock
from idp.db.database import Database
from idp.throttling.note_exceeded import noting_exceeded
from idp.throttling.ports import Budget, Throttle


@dataclass(frozen=True, slots=True)
class SecondFactorBudgets:
    """
    How often codes may be tried, by citizen.

    Not by network: whoever tries knows the password, and may have many.
    """

    app_code: Budget
    recovery_code: Budget


class Attempts:
    """Counts, and writes the audit log."""

    def __init__(self, *, database: Database, throttle: Throttle, clock: Clock) -> None:
        self._database = database
        self._throttle = throttle
        self._clock = clock

    def count(self, budget: Budget, citizen_id: CitizenId) -> None:
        """Count one. Raises `BudgetSpent`, noted once a window."""
        with noting_exceeded(self._database, self._clock, citizen_id=citizen_id):
            self._throttle.count(budget, citizen_id)

    def forget(self, budget: Budget, citizen_id: CitizenId) -> None:
        """Start over: one was right."""
        self._throttle.clear(budget, citizen_id)

    def refuse(self, factor: SecondFactor, citizen_id: CitizenId, *, reason: str) -> None:
        """Note that one failed."""
        event = SecondFactorRefused(citizen_id=citizen_id, factor=factor, reason=reason)
        with self._database.transaction() as transaction:
            record(transaction, event, self._clock.now())
