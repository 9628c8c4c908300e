"""
The ID token: signature, then every check of OpenID Connect Core §3.1.3.7.

Pure but for the key, which is asked for by name. Each check stands on its own line, says what it
is for, and fails with its own word, which the page shows small and the log keeps.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NewType

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key

from clients.kit.errors import AnswerRefused
from clients.kit.handles import base64url

LEEWAY = timedelta(seconds=10)  # between the provider's clock and ours
LONGEST_SUBJECT = 255  # Core §2

SignedClaims = NewType("SignedClaims", Mapping[str, object])
"""Claims whose signature was verified; made by `verified_claims` alone."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the ID token of one sign-in must answer to."""

    issuer: str
    client_id: str
    nonce: str = field(repr=False)
    started_at: datetime
    oldest_authentication: datetime | None
    """The sign-in itself must not be older: set for `max_age` and `prompt=login`."""


@dataclass(frozen=True, slots=True)
class IdToken:
    """A verified ID token; *encoded* is kept as the hint for signing out."""

    encoded: str = field(repr=False)
    subject: str
    acr: str | None
    claims: Mapping[str, object] = field(repr=False)


def verified_claims(
    encoded: str, *, algorithm: str, key_named: Callable[[str], Key]
) -> SignedClaims:
    """Verify the signature of *encoded*; raise AnswerRefused."""
    try:
        header = jws.extract_compact(encoded.encode()).headers()
    except (JoseError, ValueError) as error:
        raise AnswerRefused("id_token.malformed") from error
    # RFC 8725 §3.1: the registered algorithm, whatever the token says of itself. `none`, or an
    # HMAC keyed with something public, ends here.
    if header.get("alg") != algorithm:
        raise AnswerRefused("id_token.alg")
    # RFC 8725 §3.11: a logout token or an access token is signed with the same keys.
    if str(header.get("typ", "JWT")).upper() != "JWT":
        raise AnswerRefused("id_token.typ")
    kid = header.get("kid")
    if not isinstance(kid, str):
        raise AnswerRefused("id_token.kid")
    try:
        token = jwt.decode(encoded, key_named(kid), algorithms=[algorithm])
    except (JoseError, ValueError) as error:
        raise AnswerRefused("id_token.signature") from error
    return SignedClaims(token.claims)


def accepted(
    claims: SignedClaims, *, encoded: str, access_token: str, expected: Expectation, now: datetime
) -> IdToken:
    """Return the ID token when *claims* are what was *expected*; raise AnswerRefused."""
    _require(claims.get("iss") == expected.issuer, "iss")
    _check_audience(claims, expected.client_id)
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise AnswerRefused("id_token.sub")
    _require(_instant(claims, "exp") > now - LEEWAY, "exp")
    issued_at = _instant(claims, "iat")
    _require(issued_at <= now + LEEWAY, "iat")  # from the future: a clock or a forger is wrong
    _require(issued_at >= expected.started_at - LEEWAY, "iat")  # older than the question
    # An injected code brings an ID token made for another sign-in: its nonce is not ours.
    _require(_same(claims.get("nonce"), expected.nonce), "nonce")
    if "at_hash" in claims:  # Core §3.1.3.6: binds the access token to this ID token
        _require(_same(claims["at_hash"], _left_half(access_token)), "at_hash")
    if expected.oldest_authentication is not None:
        recent = _instant(claims, "auth_time") >= expected.oldest_authentication - LEEWAY
        _require(recent, "auth_time")  # asked to sign in afresh, and was not
    acr = claims.get("acr")
    _require(acr is None or isinstance(acr, str), "acr")
    return IdToken(encoded, subject, None if acr is None else str(acr), claims)


def _check_audience(claims: SignedClaims, client_id: str) -> None:
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    _require(client_id in audiences, "aud")  # a token for another portal, replayed here
    # Core §3.1.3.7, 3: refuse audiences we do not trust; we trust nobody but ourselves.
    _require(len(audiences) == 1, "aud")
    _require(claims.get("azp", client_id) == client_id, "azp")


def _require(holds: bool, claim: str) -> None:  # noqa: FBT001  reads as a sentence
    if not holds:
        raise AnswerRefused(f"id_token.{claim}")


def _instant(claims: SignedClaims, name: str) -> datetime:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise AnswerRefused(f"id_token.{name}")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise AnswerRefused(f"id_token.{name}") from error


def _same(value: object, expected: str) -> bool:
    return isinstance(value, str) and hmac.compare_digest(value.encode(), expected.encode())


def _left_half(access_token: str) -> str:
    """The at_hash of *access_token*: all registered algorithms here hash with SHA-256."""
    return base64url(hashlib.sha256(access_token.encode()).digest()[:16])
