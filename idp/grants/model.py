"""The grant, its authorization code and its access tokens."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import NewType

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.citizens.model import CitizenId
from idp.core.handles import Handle
from idp.db import Base
from idp.db.types import UtcDateTime
from idp.relying_parties.model import ClientId
from idp.sessions.model import SessionId

GrantId = NewType("GrantId", str)
FamilyId = NewType("FamilyId", str)
"""Names the refresh tokens that follow from one code, one after the other."""


class Grant(Base):
    """One authorization: who, for whom, in which session, and what was agreed to."""

    __tablename__ = "grant"
    __table_args__ = (Index("ix_grant_session", "session_id"),)

    id: Mapped[GrantId] = mapped_column(String(43), primary_key=True)
    citizen_id: Mapped[CitizenId] = mapped_column(ForeignKey("citizen.id"), index=True)
    client_id: Mapped[ClientId] = mapped_column(String(128))
    session_id: Mapped[SessionId] = mapped_column(String(43))
    scope: Mapped[list[str]] = mapped_column(JSON)
    claims: Mapped[list[str]] = mapped_column(JSON)
    acr: Mapped[str] = mapped_column(String(8))
    auth_time: Mapped[datetime] = mapped_column(UtcDateTime())
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime())
    redeemed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    replayed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class RefreshFamily(Base):
    """
    The refresh tokens of one grant: each is spent for its successor (RFC 9700 §4.14.2).

    *authorization* is what its tokens say, as in an access token: ids, names, levels and times.
    """

    __tablename__ = "refresh_family"
    __table_args__ = (Index("ix_refresh_family_citizen_client", "citizen_id", "client_id"),)

    id: Mapped[FamilyId] = mapped_column(String(43), primary_key=True)
    grant_id: Mapped[GrantId] = mapped_column(ForeignKey("grant.id"), index=True)
    citizen_id: Mapped[CitizenId] = mapped_column(ForeignKey("citizen.id"))
    client_id: Mapped[ClientId] = mapped_column(String(128))
    authorization: Mapped[dict[str, object]] = mapped_column(JSON)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
    used_at: Mapped[datetime] = mapped_column(UtcDateTime())
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class RefreshToken(Base):
    """One refresh token: its digest alone, and when it was spent for its successor."""

    __tablename__ = "refresh_token"

    hash: Mapped[str] = mapped_column(String(43), primary_key=True)
    family_id: Mapped[FamilyId] = mapped_column(ForeignKey("refresh_family.id"), index=True)
    generation: Mapped[int]
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime())
    spent_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


@dataclass(frozen=True, slots=True)
class Authorization:
    """
    What a grant says in tokens, decided when the code was issued and carried unchanged.

    *claims* are the names of what userinfo may release; *id_token_claims* those that were asked for
    in the ID token. Their values are read when they are asked for.
    """

    grant_id: GrantId
    client_id: ClientId
    citizen_id: CitizenId
    session_id: SessionId
    scope: tuple[str, ...]
    claims: tuple[str, ...]
    acr: str
    amr: tuple[str, ...]
    auth_time: datetime
    verification_level: int
    authentication_level: int
    id_token_claims: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AuthorizationCode:
    """What an authorization code stands for (RFC 6749 §4.1.2)."""

    authorization: Authorization
    redirect_uri: str
    nonce: str | None
    code_challenge: str | None


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What an access token stands for; *family_id* is the one it was refreshed from."""

    authorization: Authorization
    expires_at: datetime
    issued_at: datetime
    family_id: FamilyId | None = None

    @property
    def hangs_on(self) -> GrantId | FamilyId:
        """
        What it ends with.

        A refreshed token ends with its family, which outlives the session that the grant is of.
        """
        return self.family_id or self.authorization.grant_id


@dataclass(frozen=True, slots=True)
class FoundToken:
    """What was found under a token's value, if anything."""

    token: AccessToken | None
    registry_version: int


@dataclass(frozen=True, slots=True)
class FreshToken:
    """An access token's value, and its times, before it stands for anything."""

    value: Handle
    issued_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Redeemed:
    """The code was this caller's to spend, and is spent now."""

    code: AuthorizationCode
    registry_version: int


@dataclass(frozen=True, slots=True)
class Replayed:
    """The code was spent before; everything it gave must end (RFC 6749 §4.1.2)."""

    grant_id: GrantId
    registry_version: int


class Redemption(Enum):
    """What became of a grant between its code's being spent and its tokens' being made."""

    LIVE = auto()
    REPLAYED = auto()
    """The code came a second time meanwhile: what it gives is answered, and dead already."""
    ENDED = auto()


@dataclass(frozen=True, slots=True)
class Unknown:
    """No such code, expired, or another relying party's: which one is nobody's business."""

    registry_version: int


@dataclass(frozen=True, slots=True)
class Spent:
    """An identifier is spent now; *first*: it was not before."""

    first: bool
    registry_version: int
