"""A relying party as the rest of the system sees it (frozen), and as it is stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NewType

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from idp.core.environment import Environment
from idp.db import Base
from idp.db.types import UtcDateTime, one_of

ClientId = NewType("ClientId", str)

CLIENT_ALGORITHMS: Final = ("RS256", "PS256", "ES256")
"""What relying parties may sign assertions and request objects with; `none` is nowhere."""


class ClientAuthentication(StrEnum):
    """How a relying party proves itself at the token endpoint (OpenID Connect Core §9)."""

    SECRET_BASIC = "client_secret_basic"  # noqa: S105 (a method's name)
    SECRET_POST = "client_secret_post"  # noqa: S105
    PRIVATE_KEY_JWT = "private_key_jwt"


class GrantType(StrEnum):
    """How a relying party may come by tokens (RFC 7591 §2)."""

    AUTHORIZATION_CODE = "authorization_code"
    REFRESH_TOKEN = "refresh_token"  # noqa: S105
    CLIENT_CREDENTIALS = "client_credentials"


@dataclass(frozen=True, slots=True)
class SecurityProfile:
    """
    What a relying party may and must do: one value, so that no rule asks for its name.

    *released_by_registration*: the claims released are those of the registration, whatever the
    scope asks; *vnconnect_claims*: they go under the names of the existing national sign-on.
    *default_sector* is for registrations that name none; without it, each has to.
    """

    name: str
    client_authentication: frozenset[ClientAuthentication]
    grant_types: frozenset[GrantType]
    id_token_algorithms: tuple[str, ...]
    pkce_required: bool
    request_objects: bool
    released_by_registration: bool
    vnconnect_claims: bool
    default_sector: str | None


OIDC: Final = SecurityProfile(
    name="oidc",
    client_authentication=frozenset(ClientAuthentication),
    grant_types=frozenset(GrantType),
    id_token_algorithms=("RS256", "ES256"),
    pkce_required=True,
    request_objects=True,
    released_by_registration=False,
    vnconnect_claims=False,
    default_sector=None,
)
LEGACY: Final = SecurityProfile(
    name="legacy",
    client_authentication=frozenset(
        {ClientAuthentication.SECRET_BASIC, ClientAuthentication.SECRET_POST}
    ),
    grant_types=frozenset({GrantType.AUTHORIZATION_CODE}),
    id_token_algorithms=("RS256",),
    pkce_required=False,
    request_objects=False,
    released_by_registration=True,
    vnconnect_claims=True,
    # `TechID` is one for all portals in the real system, so those of the old kind share a sector.
    default_sector="vnconnect",
)
SECURITY_PROFILES: Final = {profile.name: profile for profile in (OIDC, LEGACY)}


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """
    What is kept of a secret: HMAC-SHA-256 with a pepper; 256 random bits need no slow hash.

    *number* is that of its row.
    """

    hash: bytes
    expires_at: datetime | None
    number: int


@dataclass(frozen=True, slots=True)
class ClientKeys:
    """Where the public keys of a relying party are: in its registration, or at an address."""

    jwks: tuple[Mapping[str, object], ...] = ()
    jwks_uri: str | None = None


@dataclass(frozen=True, slots=True)
class LogoutAddresses:
    """Where a relying party wants to be told of a sign-out (front- and back-channel logout §2)."""

    frontchannel_uri: str | None = None
    frontchannel_session_required: bool = False
    backchannel_uri: str | None = None
    backchannel_session_required: bool = False


@dataclass(frozen=True, slots=True)
class RequestObjects:
    """How a relying party may send signed requests; *algorithm* `None`: any that we offer."""

    algorithm: str | None = None
    uris: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """
    A registration, checked when it was made.

    *default_max_age* is in seconds. *resources* are the audiences it may ask tokens of its own for
    (RFC 8707). *dynamic*: it registered itself. *logo* names the picture we keep of it. One for
    production names the registration it was tried as, *sandbox_client_id*. *team* is whose it is.
    """

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
    grant_types: frozenset[GrantType] = frozenset({GrantType.AUTHORIZATION_CODE})
    client_assertion_algorithm: str | None = None
    keys: ClientKeys = ClientKeys()
    request_objects: RequestObjects | None = None
    userinfo_algorithm: str | None = None
    default_max_age: int | None = None
    require_auth_time: bool = False
    default_acr_values: tuple[str, ...] = ()
    resources: frozenset[str] = frozenset()
    logout: LogoutAddresses = LogoutAddresses()
    logo_uri: str | None = None
    logo: str | None = None
    contacts: tuple[str, ...] = ()
    dynamic: bool = False
    environment: Environment = Environment.SANDBOX
    sandbox_client_id: ClientId | None = None
    team: str | None = None

    def name(self, locale: str) -> str:
        """The name shown to citizens."""
        return self.name_en if locale == "en" else self.name_vi


class RelyingPartyRecord(Base):
    """
    A registration at rest: what was checked, under the RFC 7591 names it was made with.

    Who registered itself has *client_metadata*, what it is told that it registered, and the hash
    of the token that it manages this with. *logo* is the hash of the picture we keep. *version* is
    the number of the newest version; *environment* and *sandbox_client_id* repeat what the
    registration says, for lists.
    """

    __tablename__ = "relying_party"

    client_id: Mapped[ClientId] = mapped_column(String(128), primary_key=True)
    sector: Mapped[str] = mapped_column(String(128))
    registration: Mapped[dict[str, object]] = mapped_column(JSON)
    enabled: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
    client_metadata: Mapped[dict[str, object] | None] = mapped_column(JSON(none_as_null=True))
    registration_token: Mapped[str | None] = mapped_column(String(43))
    logo: Mapped[str | None] = mapped_column(String(43))
    environment: Mapped[Environment] = mapped_column(
        one_of(Environment), default=Environment.SANDBOX
    )
    sandbox_client_id: Mapped[ClientId | None] = mapped_column(String(128))
    team: Mapped[str | None] = mapped_column(String(32), index=True)
    version: Mapped[int] = mapped_column(default=1)

    secrets: Mapped[list["RelyingPartySecret"]] = relationship(lazy="selectin")
    keys: Mapped[list["RelyingPartyKey"]] = relationship(
        lazy="selectin",
        viewonly=True,
        primaryjoin="and_(RelyingPartyRecord.client_id == RelyingPartyKey.client_id,"
        " RelyingPartyKey.removed_at.is_(None))",
    )


class RelyingPartyVersion(Base):
    """
    A registration as it was from a moment on. Rows are added, never changed.

    *by* is the operator who made it so, empty where none did: a file of this machine, or the
    relying party itself.
    """

    __tablename__ = "relying_party_version"

    client_id: Mapped[ClientId] = mapped_column(
        ForeignKey("relying_party.client_id"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document: Mapped[dict[str, object]] = mapped_column(JSON)
    by: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    reason: Mapped[str] = mapped_column(Text)


class RelyingPartySecret(Base):
    """
    One secret of a relying party; two live at once while it is being changed.

    *last_used_at* is right to an hour. *reminded_days* is how many days before its end the contacts
    were reminded of that, the last time.
    """

    __tablename__ = "relying_party_secret"

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[ClientId] = mapped_column(ForeignKey("relying_party.client_id"), index=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    last_four: Mapped[str] = mapped_column(String(4))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    reminded_days: Mapped[int | None]


class RelyingPartyKey(Base):
    """
    When a public key that stands in a registration was added, ends, and was last used.

    *thumbprint* is that of RFC 7638. The rest is as with a secret. Keys at a `jwks_uri` have none:
    their portal rotates them without us. What is known of a key stays when it leaves the
    registration, at *removed_at*: taken out and put in again it is as old as it was.
    """

    __tablename__ = "relying_party_key"

    client_id: Mapped[ClientId] = mapped_column(
        ForeignKey("relying_party.client_id"), primary_key=True
    )
    thumbprint: Mapped[str] = mapped_column(String(43), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    reminded_days: Mapped[int | None]
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class RelyingPartyLogo(Base):
    """The picture of a relying party, made anew by us: PNG, of a size that pages can show."""

    __tablename__ = "relying_party_logo"

    client_id: Mapped[ClientId] = mapped_column(
        ForeignKey("relying_party.client_id"), primary_key=True
    )
    png: Mapped[bytes] = mapped_column(LargeBinary)


class InitialAccessToken(Base):
    """What lets somebody register relying parties (RFC 7591 §1.2); its hash is what is kept."""

    __tablename__ = "initial_access_token"

    hash: Mapped[str] = mapped_column(String(43), primary_key=True)
    uses_left: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
