"""Which number can be added to an account. Pure."""

from typing import Final

from idp.core.identity_number import IdentityNumberKind

_OTHER: Final = {
    IdentityNumberKind.CCCD: IdentityNumberKind.CMND,
    IdentityNumberKind.CMND: IdentityNumberKind.CCCD,
}


def missing_kind(held: frozenset[IdentityNumberKind]) -> IdentityNumberKind | None:
    """The kind of number that can be added: of two of one kind an operator has to choose."""
    missing = [_OTHER[kind] for kind in sorted(held) if _OTHER[kind] not in held]
    return missing[0] if missing else None
