"""
The logout token: signature, then every check of OpenID Connect Back-Channel Logout §2.6.

Anybody can post to the address it arrives at, so nothing in it is believed before its signature,
and nothing happens before its last check.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key

from clients.kit.errors import AnswerRefused
from clients.kit.id_token import LEEWAY, SignedClaims

EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
OLDEST: Final = timedelta(minutes=5)
"""How old a logout token may be; for so long, and a little more, its `jti` is remembered."""
LONGEST: Final = 8 * 1024  # characters


@dataclass(frozen=True, slots=True)
class LogoutToken:
    """A verified logout token: whose session is over; at least one of the two is there."""

    jti: str
    sid: str | None = field(repr=False)
    subject: str | None = field(repr=False)


def verified_claims(
    encoded: str, *, algorithm: str, key_named: Callable[[str], Key]
) -> SignedClaims:
    """Verify the signature of *encoded*; raise AnswerRefused."""
    if len(encoded) > LONGEST:
        raise AnswerRefused("logout_token.malformed")
    try:
        header = jws.extract_compact(encoded.encode()).headers()
    except (JoseError, ValueError) as error:
        raise AnswerRefused("logout_token.malformed") from error
    # RFC 8725 §3.1: the registered algorithm, whatever the token says of itself.
    if header.get("alg") != algorithm:
        raise AnswerRefused("logout_token.alg")
    # RFC 8725 §3.11: an ID token is signed with the same keys, and is handed to browsers.
    if header.get("typ") != "logout+jwt":
        raise AnswerRefused("logout_token.typ")
    kid = header.get("kid")
    if not isinstance(kid, str):
        raise AnswerRefused("logout_token.kid")
    try:
        token = jwt.decode(encoded, key_named(kid), algorithms=[algorithm])
    except (JoseError, ValueError) as error:
        raise AnswerRefused("logout_token.signature") from error
    return SignedClaims(token.claims)


def accepted(claims: SignedClaims, *, issuer: str, client_id: str, now: datetime) -> LogoutToken:
    """Return the logout token when *claims* are those of one for us; raise AnswerRefused."""
    _require(claims.get("iss") == issuer, "iss")
    _require(claims.get("aud") in (client_id, [client_id]), "aud")  # not another portal's
    issued_at = _instant(claims, "iat")
    _require(now - OLDEST - LEEWAY <= issued_at <= now + LEEWAY, "iat")
    _require(_instant(claims, "exp") > now - LEEWAY, "exp")
    # An ID token has no event, and a logout token no nonce: neither passes for the other.
    _require(claims.get("events") == {EVENT: {}}, "events")
    _require("nonce" not in claims, "nonce")
    jti = _text(claims, "jti")
    sid, subject = _text(claims, "sid"), _text(claims, "sub")
    if jti is None:
        raise AnswerRefused("logout_token.jti")
    _require(sid is not None or subject is not None, "sub")
    return LogoutToken(jti, sid, subject)


def _require(holds: bool, claim: str) -> None:  # noqa: FBT001  reads as a sentence
    if not holds:
        raise AnswerRefused(f"logout_token.{claim}")


def _text(claims: SignedClaims, name: str) -> str | None:
    value = claims.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not value:
        raise AnswerRefused(f"logout_token.{name}")
    return value


def _instant(claims: SignedClaims, name: str) -> datetime:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise AnswerRefused(f"logout_token.{name}")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise AnswerRefused(f"logout_token.{name}") from error
