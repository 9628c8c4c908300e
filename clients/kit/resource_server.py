"""
Your own interface behind access tokens (RFC 6750), with step-up answers (RFC 9470).

A program calls with an access token; you tell whether it is good, for you, and whether the citizen
signed in surely and recently enough for this very call. Where not, the answer says what is missing,
and the caller sends the citizen to the provider with `acr_values` and `max_age` taken from it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key

from clients.kit.acr import CLASSES, rank, reaches
from clients.kit.clock import Clock
from clients.kit.errors import AnswerRefused

ALGORITHMS: Final = ("ES256", "RS256")
LEEWAY: Final = timedelta(seconds=10)  # between the provider's clock and yours
KEYS_KEPT_FOR: Final = timedelta(hours=1)
ASK_AGAIN_AFTER: Final = timedelta(seconds=10)
"""Strangers name keys that do not exist: they must not make you flood the provider."""
LONGEST_TOKEN: Final = 8192  # characters
_TYPES: Final = frozenset({"at+jwt", "application/at+jwt"})  # RFC 9068 §4


class TokenReader(Protocol):
    """Finds out what an access token says."""

    def __call__(self, token: str) -> Mapping[str, object] | None:
        """The claims of a token that is good now; None for any other."""
        ...


@dataclass(frozen=True, slots=True)
class Demand:
    """What one call needs: a scope, a class of sign-in, and how long ago it may have been."""

    scope: str | None = None
    minimum_acr: str | None = None
    max_age: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """A call that may go ahead."""

    client_id: str
    subject: str
    claims: Mapping[str, object] = field(repr=False)


class AccessRefused(Exception):
    """Answer with *status*, and *challenge* as the header `WWW-Authenticate`."""

    def __init__(self, status: int, challenge: str) -> None:
        super().__init__(challenge)
        self.status = status
        self.challenge = challenge


class ResourceServer:
    """Checks the `Authorization` header of each call; *realm* names your interface."""

    def __init__(self, *, realm: str, read: TokenReader, clock: Clock) -> None:
        self._realm = realm
        self._read = read
        self._clock = clock

    def check(self, authorization: str | None, demand: Demand) -> Access:
        """Let the call go ahead, or raise AccessRefused. Outages of the provider pass through."""
        scheme, _, token = (authorization or "").partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise AccessRefused(401, f'Bearer realm="{self._realm}"')  # RFC 6750 §3.1: no reason
        claims = self._read(token) if len(token) <= LONGEST_TOKEN and token.isascii() else None
        client_id, subject = (claims or {}).get("client_id"), (claims or {}).get("sub")
        if claims is None or not isinstance(client_id, str) or not isinstance(subject, str):
            raise self._refused(401, "invalid_token")
        if demand.scope is not None and demand.scope not in str(claims.get("scope", "")).split():
            raise self._refused(403, "insufficient_scope", scope=demand.scope)
        if not self._sure_enough(claims, demand):
            raise self._refused(401, "insufficient_user_authentication", **_wanted(demand))
        return Access(client_id, subject, claims)

    def _sure_enough(self, claims: Mapping[str, object], demand: Demand) -> bool:
        acr = claims.get("acr")
        if not reaches(acr if isinstance(acr, str) else None, demand.minimum_acr):
            return False
        if demand.max_age is None:
            return True
        # A token of a program alone names no sign-in: no demand for one is met by it.
        signed_in_at = _instant(claims.get("auth_time"))
        return signed_in_at is not None and self._clock() <= signed_in_at + demand.max_age + LEEWAY

    def _refused(self, status: int, error: str, **more: str) -> AccessRefused:
        members = {"realm": self._realm, "error": error, **more}
        said = ", ".join(f'{name}="{value}"' for name, value in members.items())
        return AccessRefused(status, f"Bearer {said}")


class SignedTokens:
    """
    Reads signed access tokens (RFC 9068) with the provider's keys, without asking it each time.

    *audience* is the resource you registered: a token for another one, taken from its caller, must
    open nothing here.
    """

    def __init__(
        self, *, issuer: str, audience: str, key_named: Callable[[str], Key], clock: Clock
    ) -> None:
        self._issuer = issuer
        self._audience = audience
        self._key_named = key_named
        self._clock = clock
        self._keys: dict[str, tuple[datetime, Key]] = {}
        self._asked_at: datetime | None = None

    def __call__(self, token: str) -> Mapping[str, object] | None:
        try:
            header = jws.extract_compact(token.encode()).headers()
        except (JoseError, ValueError):
            return None
        algorithm, kid = header.get("alg"), header.get("kid")
        # RFC 9068 §4: an ID token is signed with the same keys, and is no access token.
        if str(header.get("typ")).lower() not in _TYPES or algorithm not in ALGORITHMS:
            return None
        key = self._key(kid) if isinstance(kid, str) else None
        if key is None:
            return None
        try:
            claims = jwt.decode(token, key, algorithms=[algorithm]).claims
        except (JoseError, ValueError):
            return None
        return claims if self._is_for_us_and_now(claims) else None

    def _is_for_us_and_now(self, claims: dict[str, Any]) -> bool:
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        ends = _instant(claims.get("exp"))
        return (
            claims.get("iss") == self._issuer
            and self._audience in audiences
            and ends is not None
            and self._clock() < ends + LEEWAY
        )

    def _key(self, kid: str) -> Key | None:
        now, known = self._clock(), self._keys.get(kid)
        if known and now < known[0] + KEYS_KEPT_FOR:
            return known[1]
        if not known and self._asked_at and now < self._asked_at + ASK_AGAIN_AFTER:
            return None
        self._asked_at = now
        try:
            key = self._key_named(kid)
        except AnswerRefused:
            self._keys.pop(kid, None)
            return None
        self._keys[kid] = now, key
        return key


def _wanted(demand: Demand) -> dict[str, str]:
    """What the caller has to ask the provider for (RFC 9470 §3)."""
    wanted = {}
    if demand.minimum_acr is not None:
        wanted["acr_values"] = " ".join(CLASSES[rank(demand.minimum_acr) - 1 :])
    if demand.max_age is not None:
        wanted["max_age"] = str(int(demand.max_age.total_seconds()))
    return wanted


def _instant(value: object) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError, ValueError):
        return None
