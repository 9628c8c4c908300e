"""The person whom runs sign in: nobody, the same in all of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from idp.citizens.model import CitizenId, ClaimValue
from idp.core.birth_date import BirthDate
from idp.core.full_name import FullName
from idp.core.identity_number import IdentityNumber, IdentityNumberKind
from idp.core.phone_number import PhoneNumber
from idp.integration_tests.model import RunId

NAME: Final = "Nguyễn Thị Thử"

_NUMBERS: Final = {
    IdentityNumberKind.CCCD: IdentityNumber("052190999999"),
    IdentityNumberKind.CMND: IdentityNumber("219099999"),
}


@dataclass(frozen=True, slots=True)
class InventedPerson:
    """What claims are made of (`ClaimSource`); invented, as is the number."""

    updated_at: datetime
    full_name: FullName = field(default_factory=lambda: FullName.parse(NAME))
    birth_date: BirthDate = field(default_factory=lambda: BirthDate(1990, 1, 2))
    phone_number: PhoneNumber | None = field(default_factory=lambda: PhoneNumber("+84912999999"))
    standard_claims: Mapping[str, ClaimValue] = field(default_factory=dict)

    def number_of(self, kind: IdentityNumberKind) -> IdentityNumber | None:
        """Both kinds, so that a portal which gets both sees both."""
        return _NUMBERS[kind]


def citizen_of(run_id: RunId) -> CitizenId:
    """What the portals' subjects are made of: one for each run, and no row's id."""
    return CitizenId(f"integration-test:{run_id}")
