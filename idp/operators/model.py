"""An operator's account, and the teams that operators of a province belong to."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Base
from idp.db.types import PersonalText, UtcDateTime, one_of

OperatorName = NewType("OperatorName", str)
"""What an operator signs in with and is called in the audit log, for good: see `rules`."""

TeamId = NewType("TeamId", str)
"""What a team is called where a person is not, for good: see `rules`."""

FIRST = OperatorName("")
"""Who added the first operator: nobody we know, a person with the machine's shell."""


class OperatorRole(StrEnum):
    """What an operator may do; `rules` says what that is."""

    ADMINISTRATOR = "administrator"
    OPERATOR = "operator"
    COUNTER_OFFICER = "counter_officer"
    PROVINCE_TEAM = "province_team"
    READ_ONLY = "read_only"


@dataclass(frozen=True, slots=True)
class VerifiedOperator:
    """
    An operator who showed password and code: just now, or at the beginning of a session.

    *teams* are those of a province team's member; the other roles need none.
    """

    name: OperatorName
    display_name: str
    role: OperatorRole
    teams: frozenset[TeamId] = frozenset()


@dataclass(frozen=True, slots=True)
class OperatorSession:
    """An operator who is signed in to the console; what the role is, the account says each time."""

    operator: OperatorName
    signed_in_at: datetime


class Operator(Base):
    """
    A person who runs the service.

    A name is used once: that of a disabled operator stays taken, for the audit log speaks of it.
    *totp_step_used* is the time step of the last code that counted.
    """

    __tablename__ = "operator"
    __table_args__ = (
        # Only the first operator is added by nobody: of two such commands at once, one does it.
        Index(
            "uq_operator_first",
            "created_by",
            unique=True,
            sqlite_where=text("created_by = ''"),
            postgresql_where=text("created_by = ''"),
        ),
    )

    name: Mapped[OperatorName] = mapped_column(String(32), primary_key=True)
    display_name: Mapped[str] = mapped_column(PersonalText("operator.display_name"))
    role: Mapped[OperatorRole] = mapped_column(one_of(OperatorRole))
    password_hash: Mapped[str] = mapped_column(String(255))
    totp_secret: Mapped[str] = mapped_column(PersonalText("operator.totp_secret"))
    totp_step_used: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    created_by: Mapped[OperatorName] = mapped_column(String(32))
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class OperatorInvitation(Base):
    """
    The way in for somebody an administrator has named, until it is used or has lapsed.

    The link's handle is nowhere: *handle_digest* is its digest. *totp_secret* is what the app will
    be set up with; whoever opens the link sees it. *team* is the one that the person joins, if any.
    """

    __tablename__ = "operator_invitation"

    handle_digest: Mapped[str] = mapped_column(String(43), primary_key=True)
    name: Mapped[OperatorName] = mapped_column(String(32), unique=True)
    display_name: Mapped[str] = mapped_column(PersonalText("operator_invitation.display_name"))
    role: Mapped[OperatorRole] = mapped_column(one_of(OperatorRole))
    totp_secret: Mapped[str] = mapped_column(PersonalText("operator_invitation.totp_secret"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    created_by: Mapped[OperatorName] = mapped_column(String(32))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
    team: Mapped[TeamId | None] = mapped_column(ForeignKey("team.id"), index=True)


class Team(Base):
    """
    Who answers for a province's portals: relying parties are the team's, whoever comes and goes.

    *name* may change, *id* never does: registrations and the audit log speak of it.
    """

    __tablename__ = "team"

    id: Mapped[TeamId] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    created_by: Mapped[OperatorName] = mapped_column(String(32))


class TeamMember(Base):
    """That an operator belongs to a team; one may belong to several."""

    __tablename__ = "team_member"

    team: Mapped[TeamId] = mapped_column(ForeignKey("team.id"), primary_key=True)
    operator: Mapped[OperatorName] = mapped_column(
        ForeignKey("operator.name"), primary_key=True, index=True
    )
    added_at: Mapped[datetime] = mapped_column(UtcDateTime())
    added_by: Mapped[OperatorName] = mapped_column(String(32))
