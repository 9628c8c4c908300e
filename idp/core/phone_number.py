"""Vietnamese mobile numbers."""

import re
from dataclasses import dataclass
from typing import Self

from idp.core.typed_text import plain_digits

# The mobile ranges of the numbering plan since 2018; 11-digit numbers (0123 …) ended in 2019.
# One expression instead of the phonenumbers package: that one brings the plans of 240 countries
# for the sake of this line, and foreign and premium numbers are refused in any case because they
# cost money. "+84 (0)912 …" is a common way to write a number, so a 0 after the code is let pass.
_MOBILE = re.compile(
    r"(?:(?:\+|00)?840?|0)((?:3[2-9]|5[25689]|7[06-9]|8[1-9]|9[0-9])[0-9]{7})\Z",
)
_COUNTRY_CODE = "+84"


class InvalidPhoneNumber(ValueError):
    """The text is no Vietnamese mobile number of 10 digits."""

    def __init__(self) -> None:
        super().__init__("a Vietnamese mobile number has 10 digits")


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """
    A Vietnamese mobile number; *e164* is `+84` and nine digits.

    Says nothing about whose it is, nor which carrier serves it: numbers are portable.
    """

    e164: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the number that *text* means: 0…, 84…, +84… or 0084…; `InvalidPhoneNumber`."""
        if (found := _MOBILE.match(plain_digits(text))) is None:
            raise InvalidPhoneNumber
        return cls(_COUNTRY_CODE + found[1])

    @property
    def national(self) -> str:
        """The ten digits as dialled inside the country: `0912000001`."""
        return "0" + self.e164.removeprefix(_COUNTRY_CODE)

    @property
    def last_three(self) -> str:
        """The last three digits, by which a person recognises the own number."""
        return self.e164[-3:]

    def __repr__(self) -> str:
        return "PhoneNumber(<hidden>)"
