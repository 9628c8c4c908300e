"""Taking an operator's account away."""

from idp.audit.events import OperatorDisabled
from idp.audit.log import record
from idp.core.clock import Clock
from idp.core.reason import Reason
from idp.db.database import Database
from idp.operators import store
from idp.operators.add_operator import NotAllowed
from idp.operators.model import OperatorName, VerifiedOperator
from idp.operators.permissions import Permission, may


class UnknownOperator(Exception):
    """No operator has that name, or the one who had it is disabled."""


class LastAdministrator(Exception):
    """Without this one, nobody could add another."""


class OwnAccount(Exception):
    """Nobody decides about the own account: a colleague does."""


class DisableOperator:
    """Disables an operator for good; the name stays taken."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def __call__(self, name: OperatorName, *, by: VerifiedOperator, reason: Reason) -> None:
        """
        Do so; sessions of the console are nobody's from then on.

        Raises `NotAllowed`, `UnknownOperator`, `LastAdministrator`, `OwnAccount`.
        """
        if not may(by.role, Permission.MANAGE_OPERATORS):
            raise NotAllowed(f"{by.name} is no administrator")
        now = self._clock.now()
        with self._database.transaction() as transaction:
            others = store.other_administrators(transaction, name)
            if not store.disable(transaction, name, now):
                raise UnknownOperator(name)
            if not others:
                raise LastAdministrator(name)
            if name == by.name:
                raise OwnAccount(name)
            record(transaction, OperatorDisabled(operator=name, by=by.name, reason=reason), now)
