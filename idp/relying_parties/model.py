"""A relying party as the rest of the system sees it (frozen), and as it is stored."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NewType

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from idp.db import Base
from idp.db.types import UtcDateTime

ClientId = NewType("ClientId", str)


class ClientAuthentication(StrEnum):
    """How a relying party proves itself at the token endpoint (OpenID Connect Core §9)."""

    SECRET_BASIC = "client_secret_basic"  # noqa: S105 (a method's name)
    SECRET_POST = "client_secret_post"  # noqa: S105


@dataclass(frozen=True, slots=True)
class SecurityProfile:
    """What a relying party may and must do: one value, so that no rule asks for its name."""

    name: str
    client_authentication: frozenset[ClientAuthentication]
    id_token_algorithms: tuple[str, ...]
    pkce_required: bool


OIDC: Final = SecurityProfile(
    name="oidc",
    client_authentication=frozenset(
        {ClientAuthentication.SECRET_BASIC, ClientAuthentication.SECRET_POST}
    ),
    id_token_algorithms=("RS256", "ES256"),
    pkce_required=True,
)
SECURITY_PROFILES: Final = {profile.name: profile for profile in (OIDC,)}


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """What is kept of a secret: HMAC-SHA-256 with a pepper; 256 random bits need no slow hash."""

    hash: bytes
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """A registration, checked when it was made."""

    client_id: ClientId
    name_vi: str
    name_en: str
    sms_name: str
    sector: str
    profile: SecurityProfile
    client_authentication: ClientAuthentication
    id_token_algorithm: str
    pkce_required: bool
    redirect_uris: frozenset[str]
    post_logout_redirect_uris: frozenset[str]
    scopes: frozenset[str]
    claims: frozenset[str]
    minimum_acr: str | None
    initiate_login_uri: str | None
    client_uri: str | None
    policy_uri: str | None
    tos_uri: str | None
    enabled: bool
    secrets: tuple[ClientSecret, ...]

    def name(self, locale: str) -> str:
        """The name shown to citizens."""
        return self.name_en if locale == "en" else self.name_vi


class RelyingPartyRecord(Base):
    """A registration at rest: what was checked, under the RFC 7591 names it was made with."""

    __tablename__ = "relying_party"

    client_id: Mapped[ClientId] = mapped_column(String(128), primary_key=True)
    sector: Mapped[str] = mapped_column(String(128))
    registration: Mapped[dict[str, object]] = mapped_column(JSON)
    enabled: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())

    secrets: Mapped[list["RelyingPartySecret"]] = relationship(lazy="selectin")


class RelyingPartySecret(Base):
    """One secret of a relying party; two live at once while it is being changed."""

    __tablename__ = "relying_party_secret"

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[ClientId] = mapped_column(ForeignKey("relying_party.client_id"), index=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    last_four: Mapped[str] = mapped_column(String(4))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
