"""The number on a citizen's card: CCCD (12 digits) or the older CMND (9 digits)."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from idp.core.birth_date import BirthDate
from idp.core.typed_text import plain_digits

_NINE_OR_TWELVE_DIGITS = re.compile(r"(?:[0-9]{9}|[0-9]{12})\Z")
_CCCD_LENGTH = 12


class InvalidIdentityNumber(ValueError):
    """The text is neither 9 nor 12 digits."""

    def __init__(self) -> None:
        super().__init__("an identity number has 9 or 12 digits")


class IdentityNumberKind(StrEnum):
    """Which series a number belongs to; the 12-digit CMND of 2012 to 2015 counts as CCCD."""

    CCCD = "cccd"
    CMND = "cmnd"


@dataclass(frozen=True, slots=True)
class IdentityNumber:
    """
    A national identity number; *value* is 9 or 12 ASCII digits.

    Says nothing about whether the number was ever issued: there is no check digit, and a province
    or country code missing from a list is no reason to refuse (TT 07/2016/TT-BCA and its
    successors add codes).
    """

    value: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the number that *text* means; raises `InvalidIdentityNumber`."""
        digits = plain_digits(text)
        if not _NINE_OR_TWELVE_DIGITS.match(digits):
            raise InvalidIdentityNumber
        return cls(digits)

    @property
    def kind(self) -> IdentityNumberKind:
        """The series, told by the length alone."""
        if len(self.value) == _CCCD_LENGTH:
            return IdentityNumberKind.CCCD
        return IdentityNumberKind.CMND

    @property
    def last_four(self) -> str:
        """The last four digits, by which a person recognises the own card."""
        return self.value[-4:]

    def contradicts(self, birth_date: BirthDate) -> bool:
        """
        Whether the year of birth inside the number differs from *birth_date*.

        A hint, never a refusal: numbers were assigned wrongly in the past, and stand. A CMND
        holds no year and contradicts nothing.
        """
        if self.kind is IdentityNumberKind.CMND:
            return False
        # TT 59/2021/TT-BCA art. 4: digit 4 is century and sex (0, 1: 19xx; 2, 3: 20xx; …),
        # digits 5 and 6 are the year of birth.
        century = 1900 + 100 * (int(self.value[3]) // 2)
        return century + int(self.value[4:6]) != birth_date.year

    def __repr__(self) -> str:
        return f"IdentityNumber(<{self.kind}>)"
