"""The public keys that stand in a registration: which can be used, their names, and their ends."""

from base64 import urlsafe_b64decode
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Final, TypeAlias

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

PublicKey: TypeAlias = RSAKey | ECKey

END: Final = "exp"
"""The member that says when a key ends, in seconds since 1970, as OpenID Federation has it."""
_RSA_BITS: Final = range(2048, 8192 + 1)  # shorter is broken, longer is an attack on our time


def public_key(jwk: Mapping[str, object]) -> PublicKey | None:
    """The key that we would verify with, its strength looked at; `None` where it is none."""
    try:
        if jwk.get("kty") == "EC" and jwk.get("crv") == "P-256":
            return ECKey.import_key({name: str(jwk[name]) for name in ("kty", "crv", "x", "y")})
        # Before it is imported: a number of thousands of digits is costly to look at.
        if jwk.get("kty") == "RSA" and _bits(str(jwk["n"])) in _RSA_BITS:
            return RSAKey.import_key({name: str(jwk[name]) for name in ("kty", "n", "e")})
    except (JoseError, LookupError, ValueError, TypeError):
        return None
    return None


def thumbprint(jwk: Mapping[str, object]) -> str | None:
    """The name that a key has by itself (RFC 7638), `None` where it cannot be used."""
    key = public_key(jwk)
    return None if key is None else key.thumbprint()


def end_of(jwk: Mapping[str, object]) -> datetime | None:
    """When the registration says that a key ends, if it does."""
    end = jwk.get(END)
    if isinstance(end, bool) or not isinstance(end, int):
        return None
    try:
        return datetime.fromtimestamp(end, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def with_ends(
    keys: Collection[Mapping[str, object]], ends: Mapping[str, datetime]
) -> tuple[Mapping[str, object], ...]:
    """The keys, each with the end that is known of it by its thumbprint."""
    return tuple(
        key if (end := ends.get(thumbprint(key) or "")) is None else {**key, END: _seconds(end)}
        for key in keys
    )


def _bits(number: str) -> int:
    """How long a number in base64url is (RFC 7518 §6.3.1.1)."""
    decoded = urlsafe_b64decode(number + "=" * (-len(number) % 4))
    return int.from_bytes(decoded, "big").bit_length()


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
