"""The grant, its authorization code and its access tokens."""

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.citizens.model import CitizenId
from idp.db import Base
from idp.db.types import UtcDateTime
from idp.relying_parties.model import ClientId
from idp.sessions.model import SessionId

GrantId = NewType("GrantId", str)


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
    """What an access token stands for."""

    authorization: Authorization
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


@dataclass(frozen=True, slots=True)
class Unknown:
    """No such code, expired, or another relying party's: which one is nobody's business."""

    registry_version: int
