"""
Client assertions: how the one client of the carriers proves who it is (RFC 7523 §3).

Everything that a lax server lets pass is refused here, so that what works against the sandbox
works against a carrier: other audiences, long lives, assertions used twice, algorithms from the
header.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import NewType

from joserfc import jwk, jwt
from joserfc.errors import JoseError

from sandbox.clock import Clock

ALGORITHMS: Mapping[str, str] = {"ES256": "EC", "PS256": "RSA", "RS256": "RSA"}
"""What may sign an assertion, and the kind of key it takes; never `none`, never a shared secret."""

LONGEST_LIFE = timedelta(seconds=300)
LEEWAY = timedelta(seconds=10)
"""For clocks that differ; on iat and nbf alone, for exp the caller has all of LONGEST_LIFE."""

LONGEST_JTI = 256

SignedClaims = NewType("SignedClaims", dict[str, object])
"""Claims of an assertion whose signature was verified."""


class InvalidAssertion(ValueError):
    """The client is not authenticated; the message says why, for the caller's developer."""


class UsedAssertions:
    """Remembers spent assertions until they expire; safe to use from several threads."""

    def __init__(self) -> None:
        """Start with none."""
        self._lock = Lock()
        self._expires_at: dict[tuple[str, str], datetime] = {}

    def spend(self, audience: str, jti: str, *, expires_at: datetime, now: datetime) -> bool:
        """Spend *jti* at *audience*. True for the first caller alone."""
        with self._lock:
            self._expires_at = {
                spent: until for spent, until in self._expires_at.items() if until > now
            }
            if (audience, jti) in self._expires_at:
                return False
            self._expires_at[audience, jti] = expires_at
            return True


@dataclass(frozen=True)
class ClientAssertions:
    """Verifies assertions of the client *client_id*, whose public keys are *keys*."""

    client_id: str
    keys: tuple[jwk.Key, ...]
    used: UsedAssertions
    clock: Clock

    @classmethod
    def of_client(
        cls, client_id: str, jwks: Mapping[str, object], clock: Clock
    ) -> "ClientAssertions":
        """Import the keys once. Raises ValueError for a set that holds no usable public key."""
        members = jwks.get("keys")
        if not isinstance(members, list) or not members:
            raise ValueError("the JWK set of the carriers' client is empty")
        try:
            keys = tuple(jwk.import_key(member) for member in members)
        except JoseError as error:
            raise ValueError("the JWK set of the carriers' client has a key of no use") from error
        return cls(client_id, keys, UsedAssertions(), clock)

    def authenticate(self, assertion: str, *, audience: str) -> None:
        """
        Accept *assertion* once, at the endpoint whose URL is *audience*.

        Raises InvalidAssertion.
        """
        claims = self._verified(assertion)
        if claims.get("iss") != self.client_id or claims.get("sub") != self.client_id:
            raise InvalidAssertion("iss and sub are not a client of this carrier")
        # RFC 7523 §3 allows a list; a list invites use at several servers, so the profile does not.
        if claims.get("aud") != audience:
            raise InvalidAssertion("aud is not the URL of this token endpoint")
        expires_at = self._lifetime(claims)
        jti = claims.get("jti")
        if not isinstance(jti, str) or not 0 < len(jti) <= LONGEST_JTI:
            raise InvalidAssertion("jti is missing")
        if not self.used.spend(audience, jti, expires_at=expires_at, now=self.clock.now()):
            raise InvalidAssertion("the assertion was used before")

    def _verified(self, assertion: str) -> SignedClaims:
        try:
            token = jwt.decode(assertion, self._key_for, algorithms=list(ALGORITHMS))
        except (JoseError, ValueError) as error:
            raise InvalidAssertion("the assertion is not signed by a key of the client") from error
        return SignedClaims(token.claims)

    def _key_for(self, unverified: jwk.GuestProtocol) -> jwk.Key:
        """Choose by kid, and by the kind of key that the algorithm takes."""
        header = unverified.headers()
        kind = ALGORITHMS.get(str(header.get("alg")))
        for key in self.keys:
            if key.key_type == kind and header.get("kid", key.kid) == key.kid:
                return key
        raise InvalidAssertion("no key of the client fits alg and kid")

    def _lifetime(self, claims: SignedClaims) -> datetime:
        now = self.clock.now()
        issued_at, expires_at = _moment(claims, "iat", now), _moment(claims, "exp", now)
        if expires_at <= now:
            raise InvalidAssertion("the assertion has expired")
        if expires_at - issued_at > LONGEST_LIFE or expires_at - now > LONGEST_LIFE + LEEWAY:
            raise InvalidAssertion("the assertion lives longer than 300 seconds")
        not_before = _moment(claims, "nbf", now) if "nbf" in claims else issued_at
        if max(issued_at, not_before) > now + LEEWAY:
            raise InvalidAssertion("the assertion is from the future")
        return expires_at


def _moment(claims: SignedClaims, name: str, now: datetime) -> datetime:
    seconds = claims.get(name)
    if not isinstance(seconds, int | float) or isinstance(seconds, bool):
        raise InvalidAssertion(f"{name} is missing or no number")
    try:
        return datetime.fromtimestamp(seconds, now.tzinfo)
    except (OverflowError, OSError, ValueError) as error:
        raise InvalidAssertion(f"{name} is out of range") from error
