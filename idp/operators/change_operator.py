"""Giving an operator another role, and an operator's own new password."""

from idp.audit.events import OperatorPasswordChanged, OperatorRoleChanged
from idp.audit.log import record
from idp.citizens.password_hasher import PasswordHasher
from idp.core.clock import Clock
from idp.core.reason import Reason
from idp.db.database import Database
from idp.operators import store
from idp.operators.add_operator import NotAllowed
from idp.operators.disable_operator import LastAdministrator, OwnAccount, UnknownOperator
from idp.operators.model import OperatorName, OperatorRole, VerifiedOperator
from idp.operators.permissions import Permission, may
from idp.operators.ports import OperatorSessions
from idp.operators.rules import check_operator_password


class ChangeRole:
    """Changes what an operator may do, from the next request on."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def __call__(
        self, name: OperatorName, role: OperatorRole, *, by: VerifiedOperator, reason: Reason
    ) -> bool:
        """
        Do so; false where it is the role already.

        Raises `NotAllowed`, `UnknownOperator`, `LastAdministrator`, `OwnAccount`.
        """
        if not may(by.role, Permission.MANAGE_OPERATORS):
            raise NotAllowed(f"{by.name} is no administrator")
        if name == by.name:
            raise OwnAccount(name)
        now = self._clock.now()
        with self._database.transaction() as transaction:
            others = store.other_administrators(transaction, name)
            found = store.find(transaction, name)
            if found is None:
                raise UnknownOperator(name)
            if not others:
                raise LastAdministrator(name)
            before = found.role
            if before is role or not store.change_role(transaction, name, role, before=before):
                return False
            changed = OperatorRoleChanged(
                operator=name, before=before, after=role, by=by.name, reason=reason
            )
            record(transaction, changed, now)
        return True


class ChangeOperatorPassword:
    """Changes an operator's own password; every session of theirs ends."""

    def __init__(
        self,
        *,
        database: Database,
        hasher: PasswordHasher,
        sessions: OperatorSessions,
        clock: Clock,
    ) -> None:
        self._database = database
        self._hasher = hasher
        self._sessions = sessions
        self._clock = clock

    def __call__(self, password: str, *, by: VerifiedOperator) -> None:
        """Do so, for who has just shown the old one. Raises `WeakOperatorPassword`."""
        check_operator_password(password, by.name)
        password_hash = self._hasher.hash(password)
        with self._database.transaction() as transaction:
            store.change_password(transaction, by.name, password_hash)
            record(transaction, OperatorPasswordChanged(by=by.name), self._clock.now())
        self._sessions.end_all_of(by.name)
