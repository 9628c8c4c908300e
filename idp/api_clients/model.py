"""A program that operators let in, and a call of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, NewType

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Base
from idp.db.types import UtcDateTime, one_of
from idp.operators.model import OperatorName, OperatorRole, TeamId, VerifiedOperator
from idp.operators.permissions import Permission

ApiClientName = NewType("ApiClientName", str)

PREFIX: Final = "api:"
"""
What the audit log puts before the name of a program: no operator's name has a colon in it.
"""


class ApiClient(Base):
    """
    A program and its one secret.

    *answered_by* is the operator who made it, or renewed its secret: it may nothing that this
    operator may not, and nothing at all once the account is disabled. *answered_before*: those who
    did so once. *scopes* are permissions. A name is used once, for the audit log speaks of it.
    """

    __tablename__ = "api_client"

    name: Mapped[ApiClientName] = mapped_column(String(28), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(120))
    role: Mapped[OperatorRole] = mapped_column(one_of(OperatorRole))
    team: Mapped[TeamId | None] = mapped_column(ForeignKey("team.id"), index=True)
    scopes: Mapped[list[str]] = mapped_column(JSON)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    last_four: Mapped[str] = mapped_column(String(4))
    answered_by: Mapped[OperatorName] = mapped_column(ForeignKey("operator.name"), index=True)
    answered_before: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    renewed_at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


@dataclass(frozen=True, slots=True, kw_only=True)
class NewApiClient:
    """What somebody asks for."""

    name: ApiClientName
    purpose: str
    role: OperatorRole
    team: TeamId | None
    scopes: frozenset[Permission]


@dataclass(frozen=True, slots=True)
class ApiGrant:
    """What an access token stands for."""

    client: ApiClientName
    scopes: frozenset[Permission]


@dataclass(frozen=True, slots=True)
class Caller:
    """
    The program that calls, as use cases know operators; *scopes* are what counts of it now.

    *answered_by* is the person behind it: four eyes are those of two people.
    """

    operator: VerifiedOperator
    scopes: frozenset[Permission]
    answered_by: OperatorName

    def may(self, permission: Permission) -> bool:
        """Whether this call may do that."""
        return permission in self.scopes


def name_in_log(client: ApiClientName) -> OperatorName:
    """What use cases and the audit log call a program."""
    return OperatorName(f"{PREFIX}{client}")
