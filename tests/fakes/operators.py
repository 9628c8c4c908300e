"""Operators whose password and authenticator app a test has at hand."""

from datetime import datetime

import pyotp

from idp.citizens.password_hasher import PasswordHasher
from idp.db.database import Database
from idp.operators.model import Operator, OperatorName, OperatorRole

PASSWORD = "four quiet words, and a river"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def keep_operator(
    database: Database,
    hasher: PasswordHasher,
    name: str,
    role: OperatorRole,
    at: datetime,
) -> None:
    """Have an operator of that name, whose app shows the codes of `SECRET`."""
    operator = Operator(
        name=OperatorName(name),
        display_name=name.title(),
        role=role,
        password_hash=hasher.hash(PASSWORD),
        totp_secret=SECRET,
        created_at=at,
        created_by=OperatorName(f"test-{name}"),
    )
    with database.transaction() as transaction:
        transaction.add(operator)


def code_at(at: datetime) -> str:
    """What the app shows at that moment."""
    return pyotp.TOTP(SECRET).at(at)
