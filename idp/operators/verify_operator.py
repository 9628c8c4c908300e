"""Proving that an operator is there: password and authenticator app, one answer for every fault."""

from dataclasses import dataclass
from typing import Final

from idp.audit.events import OperatorRefused, OperatorVerified
from idp.audit.log import record
from idp.citizens.password_hasher import PasswordHasher
from idp.core.clock import Clock
from idp.db.database import Database
from idp.operators import store
from idp.operators.model import Operator, OperatorName, VerifiedOperator
from idp.operators.rules import LONGEST_PASSWORD
from idp.throttling.note_exceeded import noting_exceeded
from idp.throttling.ports import Budget, Counted, Throttle
from idp.totp.codes import new_totp_secret, step_of_code

SHELL: Final = "shell"
"""Where somebody comes from who types commands on the machine itself; else a network."""
_LONGEST_NAME: Final = 64


class WrongOperatorCredentials(Exception):
    """Name, password or code: unknown, wrong or used. Which one is nobody's business."""


@dataclass(frozen=True, slots=True)
class OperatorBudgets:
    """How often operators' credentials may be tried, by (name, where from), and by network."""

    per_name: Budget
    per_network: Budget
    """Names cost a stranger nothing; each costs us a hash, and a row of the audit log."""


class VerifyOperator:
    """Verifies an operator's credentials, with the same work for a name that nobody has."""

    def __init__(
        self,
        *,
        database: Database,
        hasher: PasswordHasher,
        throttle: Throttle,
        budgets: OperatorBudgets,
        clock: Clock,
    ) -> None:
        self._database = database
        self._hasher = hasher
        self._throttle = throttle
        self._budgets = budgets
        self._clock = clock
        self._nobodys_secret = new_totp_secret()

    def __call__(
        self, typed_name: str, password: str, code: str, *, origin: str = SHELL
    ) -> VerifiedOperator:
        """
        Verify the credentials; the code is spent by it, and counts never again.

        *origin* is a network, or `SHELL`. Raises `WrongOperatorCredentials`, `BudgetSpent`,
        `HasherBusy`.
        """
        name = OperatorName(typed_name.strip().lower()[:_LONGEST_NAME])
        self._count_attempt(name, origin)
        with self._database.reading() as reading:
            found = store.find(reading, name)
        secret = self._nobodys_secret if found is None else found.totp_secret
        step = step_of_code(secret, code.replace(" ", ""), self._clock.now())
        stored = None if found is None else found.password_hash
        is_right = self._hasher.verify(password[:LONGEST_PASSWORD], stored)
        verified = self._spend(found, step if is_right else None)
        if verified is None:
            raise WrongOperatorCredentials
        self._throttle.clear(self._budgets.per_name, name, origin)
        return verified

    def _count_attempt(self, name: OperatorName, origin: str) -> None:
        counted = [Counted(self._budgets.per_name, (name, origin))]
        if origin != SHELL:
            counted.insert(0, Counted(self._budgets.per_network, (origin,)))
        with noting_exceeded(self._database, self._clock):
            self._throttle.count_in_turn(*counted)

    def _spend(self, found: Operator | None, step: int | None) -> VerifiedOperator | None:
        """Use the code, and say in the audit log what came of it, in one transaction."""
        now = self._clock.now()
        with self._database.transaction() as transaction:
            if (
                found is None
                or step is None
                or not store.spend_step(
                    transaction, found.name, step, password_hash=found.password_hash
                )
            ):
                refused = OperatorRefused(by=None if found is None else found.name)
                record(transaction, refused, now)
                return None
            record(transaction, OperatorVerified(by=found.name), now)
            return store.verified(transaction, found)
