"""The public keys that stand in a registration: their names, and when each ends."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry

END: Final = "exp"
"""The member that says when a key ends, in seconds since 1970, as OpenID Federation has it."""


def thumbprint(key: Mapping[str, object]) -> str | None:
    """The name that a key has by itself (RFC 7638), `None` where it is no key at all."""
    members: dict[str, Any] = {
        name: value for name, value in key.items() if name in {"kty", "crv", "x", "y", "n", "e"}
    }
    try:
        return JWKRegistry.import_key(members).thumbprint()
    except (JoseError, LookupError, ValueError, TypeError):
        return None


def end_of(key: Mapping[str, object]) -> datetime | None:
    """When the registration says that a key ends, if it does."""
    end = key.get(END)
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


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
