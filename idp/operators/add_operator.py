"""Adding an operator."""

from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from idp.audit.events import OperatorAdded
from idp.audit.log import record
from idp.citizens.password_hasher import PasswordHasher
from idp.core.clock import Clock
from idp.db.database import Database
from idp.operators import store
from idp.operators.model import FIRST, Operator, OperatorName, OperatorRole, VerifiedOperator
from idp.operators.permissions import Permission, may
from idp.operators.rules import check_operator_password
from idp.totp.codes import step_of_code


class NotAllowed(Exception):
    """The operator's role may not do this, or nobody vouched for somebody who is not the first."""


class NameTaken(Exception):
    """An operator has, or had, that name."""


class CodeNotShown(Exception):
    """The code is not what the app shows for this secret: the app was not set up, or errs."""


@dataclass(frozen=True, slots=True)
class NewOperator:
    """Who is to be added; *totp_secret* is what the app was set up with."""

    name: OperatorName
    display_name: str
    role: OperatorRole
    password: str
    totp_secret: str


class AddOperator:
    """Adds an operator who has shown that the authenticator app works."""

    def __init__(self, *, database: Database, hasher: PasswordHasher, clock: Clock) -> None:
        self._database = database
        self._hasher = hasher
        self._clock = clock

    def is_first(self) -> bool:
        """Whether there has never been an operator: the first needs nobody's word."""
        with self._database.reading() as reading:
            return store.is_first(reading)

    def __call__(self, new: NewOperator, code: str, *, by: VerifiedOperator | None) -> None:
        """
        Add *new*; *by* is `None` for the first one, who has to be an administrator.

        Raises `NotAllowed`, `NameTaken`, `CodeNotShown`, `WeakOperatorPassword`.
        """
        check_operator_password(new.password, new.name)
        if by is not None and not may(by.role, Permission.MANAGE_OPERATORS):
            raise NotAllowed(f"{by.name} is no administrator")
        if by is None and not may(new.role, Permission.MANAGE_OPERATORS):
            raise NotAllowed("the first operator has to be an administrator")
        now = self._clock.now()
        step = step_of_code(new.totp_secret, code.replace(" ", ""), now)
        if step is None:
            raise CodeNotShown
        password_hash = self._hasher.hash(new.password)
        operator = Operator(
            name=new.name,
            display_name=new.display_name,
            role=new.role,
            password_hash=password_hash,
            totp_secret=new.totp_secret,
            totp_step_used=step,
            created_at=now,
            created_by=FIRST if by is None else by.name,
        )
        try:
            with self._database.transaction() as transaction:
                if store.is_taken(transaction, new.name):
                    raise NameTaken(new.name)
                if by is None and not store.is_first(transaction):
                    raise NotAllowed("there are operators already: one of them has to vouch")
                transaction.add(operator)
                transaction.flush()
                added = OperatorAdded(operator=new.name, role=new.role, by=operator.created_by)
                record(transaction, added, now)
        except IntegrityError:  # another command was faster, with this name or as the first
            raise NameTaken(new.name) from None
