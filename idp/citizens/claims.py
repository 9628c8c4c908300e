"""The values of claims about a citizen (OpenID Connect Core §5.1, and the portals' own)."""

from collections.abc import Callable, Collection, Mapping
from typing import Final

from idp.citizens.model import Citizen
from idp.core.identity_number import IdentityNumberKind

ClaimValue = str | int | bool


def _identity_number(citizen: Citizen, kind: IdentityNumberKind) -> str | None:
    number = citizen.number_of(kind)
    return None if number is None else number.value


def _phone_number(citizen: Citizen) -> str | None:
    number = citizen.phone_number
    return None if number is None else number.e164


_VALUES: Final[Mapping[str, Callable[[Citizen], ClaimValue | None]]] = {
    "name": lambda citizen: citizen.full_name.value,
    "birthdate": lambda citizen: citizen.birth_date.isoformat(),
    "updated_at": lambda citizen: int(citizen.updated_at.timestamp()),
    "phone_number": _phone_number,
    "phone_number_verified": lambda citizen: True if citizen.phone_number else None,
    "identity_number": lambda citizen: _identity_number(citizen, IdentityNumberKind.CCCD),
    "old_identity_number": lambda citizen: _identity_number(citizen, IdentityNumberKind.CMND),
}


def claim_values(citizen: Citizen, names: Collection[str]) -> dict[str, ClaimValue]:
    """The values of those of *names* that are held; what is not held is left out, never null."""
    values = {name: _VALUES[name](citizen) for name in names if name in _VALUES}
    return {name: value for name, value in values.items() if value is not None}
