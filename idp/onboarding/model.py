"""A proposal for production, and what the use cases answer with."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.core.handles import Handle
from idp.db import Base
from idp.db.types import UtcDateTime, one_of
from idp.onboarding.diff import FieldChange
from idp.relying_parties.model import ClientId

ProposalId = NewType("ProposalId", int)


class ProposalStatus(StrEnum):
    """What became of a proposal."""

    OPEN = "open"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class RelyingPartyProposal(Base):
    """
    A registration for production that one operator proposes and another decides.

    *base_version* is the version it changes, `None` where it is the first. *closed_by* decided it,
    or took it back.
    """

    __tablename__ = "relying_party_proposal"
    __table_args__ = (
        # Of two proposals for one registration the later would undo the earlier.
        Index(
            "uq_relying_party_proposal_open",
            "client_id",
            unique=True,
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
        ),
    )

    id: Mapped[ProposalId] = mapped_column(Integer, primary_key=True)
    client_id: Mapped[ClientId] = mapped_column(String(128))
    sandbox_client_id: Mapped[ClientId] = mapped_column(
        ForeignKey("relying_party.client_id"), index=True
    )
    team: Mapped[str | None] = mapped_column(String(32))
    document: Mapped[dict[str, object]] = mapped_column(JSON)
    base_version: Mapped[int | None]
    status: Mapped[ProposalStatus] = mapped_column(one_of(ProposalStatus))
    proposed_by: Mapped[str] = mapped_column(String(32))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime())
    reason: Mapped[str] = mapped_column(Text)
    closed_by: Mapped[str | None] = mapped_column(String(32))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    closing_reason: Mapped[str | None] = mapped_column(Text)


@dataclass(frozen=True, slots=True)
class Registered:
    """A new registration; *secret* is shown this once, `None` where it proves itself by keys."""

    client_id: ClientId
    secret: Handle | None


@dataclass(frozen=True, slots=True)
class Saved:
    """The change is version *version* now; *changes* is empty where there was nothing to change."""

    version: int
    changes: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class Stale:
    """
    Somebody else was faster: nothing was changed.

    *theirs* is what they changed since the version that the caller began with, *version* the one
    to begin with now, made *by* an operator *at* a moment for a *reason*.
    """

    version: int
    theirs: tuple[FieldChange, ...]
    by: str
    at: datetime
    reason: str
