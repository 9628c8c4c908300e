"""What can be wrong with a request, and one that failed as it is kept."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Base
from idp.db.types import UtcDateTime, one_of
from idp.relying_parties.model import ClientId

LONGEST_VALUE: Final = 300
"""Characters that are kept of what was sent, and of what is registered."""
LONGEST_CLAIMED: Final = 64


class Cause(StrEnum):
    """Why a request failed; each has its words in `words`."""

    OTHER = "other"
    """What no word of its own was found for: the error of the specification says it."""
    OVERSIZED = "oversized"
    UNKNOWN_CLIENT = "unknown_client"
    DISABLED_CLIENT = "disabled_client"
    PARAMETER_MISSING = "parameter_missing"
    PARAMETER_UNUSABLE = "parameter_unusable"
    PARAMETER_TOO_LONG = "parameter_too_long"
    PARAMETER_NOT_SUPPORTED = "parameter_not_supported"
    URI_DIFFERS = "uri_differs"
    PKCE_MISSING = "pkce_missing"
    PKCE_NOT_S256 = "pkce_not_s256"
    VERIFIER_MISSING = "verifier_missing"
    VERIFIER_MALFORMED = "verifier_malformed"
    VERIFIER_UNEXPECTED = "verifier_unexpected"
    VERIFIER_WRONG = "verifier_wrong"
    SCOPE_WITHOUT_OPENID = "scope_without_openid"
    SCOPE_NOT_GRANTED = "scope_not_granted"
    GRANT_TYPE_NOT_REGISTERED = "grant_type_not_registered"
    RESOURCE_NOT_REGISTERED = "resource_not_registered"
    CODE_UNKNOWN = "code_unknown"
    CODE_EXPIRED = "code_expired"
    CODE_REPLAYED = "code_replayed"
    CODE_OF_ANOTHER = "code_of_another"
    CODE_WITH_OTHER_URI = "code_with_other_uri"
    REFRESH_TOKEN_UNKNOWN = "refresh_token_unknown"  # noqa: S105 (a name)
    REFRESH_TOKEN_REUSED = "refresh_token_reused"  # noqa: S105
    ACCESS_TOKEN_UNKNOWN = "access_token_unknown"  # noqa: S105
    AUTHENTICATION_MISSING = "authentication_missing"
    AUTHENTICATION_TWICE = "authentication_twice"
    AUTHENTICATION_MALFORMED = "authentication_malformed"
    METHOD_DIFFERS = "method_differs"
    SECRET_WRONG = "secret_wrong"  # noqa: S105
    TOO_MANY_FAILURES = "too_many_failures"
    KEY_UNKNOWN = "key_unknown"
    KEY_AMBIGUOUS = "key_ambiguous"
    ALGORITHM_DIFFERS = "algorithm_differs"
    SIGNATURE_WRONG = "signature_wrong"
    JWT_UNREADABLE = "jwt_unreadable"
    JWT_LACKS = "jwt_lacks"
    JWT_ISSUER = "jwt_issuer"
    JWT_AUDIENCE = "jwt_audience"
    JWT_EXPIRED = "jwt_expired"
    JWT_AHEAD = "jwt_ahead"
    JWT_LASTS_TOO_LONG = "jwt_lasts_too_long"
    JWT_REPLAYED = "jwt_replayed"
    OBJECT_NOT_REGISTERED = "object_not_registered"
    OBJECT_UNREACHABLE = "object_unreachable"
    OBJECT_DISAGREES = "object_disagrees"


class Part(StrEnum):
    """In what two addresses differ."""

    SCHEME = "scheme"
    HOST = "host"
    PORT = "port"
    PATH = "path"
    SLASH = "slash"
    CASE = "case"
    QUERY = "query"
    FRAGMENT = "fragment"
    USER = "user"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """
    What was wrong with a request, compared with what is registered where there is such a thing.

    *parameter* is the one at fault, or a member of a signed object. *sent* and *registered* are
    never a secret, a code or a token: whoever makes one sees to that, `rules.shown` to the rest.
    *seconds*: how far a clock is off. *claimed*: the client_id the request came with, proved or
    not.
    """

    cause: Cause
    parameter: str = ""
    sent: str = ""
    registered: str = ""
    differs: tuple[Part, ...] = ()
    seconds: int | None = None
    claimed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedRequest:
    """
    One request that failed; *id* is random. *client_id* is `None` where the one it came with,
    *claimed*, is nobody's. *note* is the fixed English text that the log has, too.
    """

    id: str
    at: datetime
    reference: str
    endpoint: str
    error: str
    client_id: ClientId | None
    claimed: str
    fault: Fault
    note: str


class FailedRequestRecord(Base):
    """A failed request at rest. *number* tells the order in which they were kept."""

    __tablename__ = "failed_request"
    __table_args__ = (
        Index("ix_failed_request_client_number", "client_id", "number"),
        Index("ix_failed_request_claimed_number", "claimed", "number"),
        Index("ix_failed_request_endpoint_number", "endpoint", "number"),
    )

    number: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String(22), unique=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
    reference: Mapped[str] = mapped_column(String(16), index=True)
    endpoint: Mapped[str] = mapped_column(String(32))
    error: Mapped[str] = mapped_column(String(64))
    client_id: Mapped[ClientId | None] = mapped_column(String(128))
    claimed: Mapped[str] = mapped_column(String(LONGEST_CLAIMED))
    cause: Mapped[Cause] = mapped_column(one_of(Cause))
    details: Mapped[dict[str, object]] = mapped_column(JSON)
