"""The values of claims about a citizen (OpenID Connect Core §5.1, and the portals' own)."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Final, Protocol

from idp.citizens.model import ClaimValue
from idp.core.birth_date import BirthDate
from idp.core.full_name import FullName
from idp.core.identity_number import IdentityNumber, IdentityNumberKind
from idp.core.phone_number import PhoneNumber


class ClaimSource(Protocol):
    """What claims are made of: a citizen with all parts, or what one query read of it."""

    @property
    def full_name(self) -> FullName: ...
    @property
    def birth_date(self) -> BirthDate: ...
    @property
    def phone_number(self) -> PhoneNumber | None: ...
    @property
    def updated_at(self) -> datetime: ...
    @property
    def standard_claims(self) -> Mapping[str, ClaimValue]: ...

    def number_of(self, kind: IdentityNumberKind) -> IdentityNumber | None: ...


def _identity_number(citizen: ClaimSource, kind: IdentityNumberKind) -> str | None:
    number = citizen.number_of(kind)
    return None if number is None else number.value


def _phone_number(citizen: ClaimSource) -> str | None:
    number = citizen.phone_number
    return None if number is None else number.e164


# No e-mail address: a link proves that its mail is read, not that it stays the person's, and
# portals are known that hand the account of an address to whoever claims it. What is not released
# cannot be believed; our own notices are all it is for.
_VALUES: Final[Mapping[str, Callable[[ClaimSource], ClaimValue | None]]] = {
    "name": lambda citizen: citizen.full_name.value,
    "birthdate": lambda citizen: citizen.birth_date.isoformat(),
    "updated_at": lambda citizen: int(citizen.updated_at.timestamp()),
    "phone_number": _phone_number,
    "phone_number_verified": lambda citizen: True if citizen.phone_number else None,
    "identity_number": lambda citizen: _identity_number(citizen, IdentityNumberKind.CCCD),
    "old_identity_number": lambda citizen: _identity_number(citizen, IdentityNumberKind.CMND),
}


def claim_values(citizen: ClaimSource, names: Collection[str]) -> dict[str, ClaimValue]:
    """The values of those of *names* that are held; what is not held is left out, never null."""
    values = {name: _value(citizen, name) for name in names}
    return {name: value for name, value in values.items() if value is not None}


def _value(citizen: ClaimSource, name: str) -> ClaimValue | None:
    # What is stored under the very name of the claim says more than what is derived.
    stored = citizen.standard_claims.get(name)
    if stored is not None or name not in _VALUES:
        return stored
    return _VALUES[name](citizen)
