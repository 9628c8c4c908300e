"""
Numbers that belong to nobody, and look like numbers all the same.

No province and no country has the code 000, so no card bears it (TT 59/2021/TT-BCA art. 4); 095 is
allotted to no carrier. Should that change, other numbers have to be chosen before it does.
"""

from typing import Final, NewType

from idp.core.birth_date import BirthDate
from idp.core.identity_number import IdentityNumber
from idp.core.phone_number import PhoneNumber

SetNumber = NewType("SetNumber", int)
"""Which set of people: part of every number in it."""

MOST_SETS: Final = 1000
_PROVINCE: Final = "000"
_PHONES: Final = "+84950"
_CENTURY: Final = 100
_FIRST_CENTURY: Final = 19


def is_reserved(number: PhoneNumber) -> bool:
    """Whether nobody has that number but a test person, perhaps."""
    return number.e164.startswith(_PHONES)


def phone_number(of_set: SetNumber, person: int) -> PhoneNumber:
    """The phone number of that person (0 to 999) of a set (0 to 999)."""
    return PhoneNumber(f"{_PHONES}{of_set:03}{person:03}")


def identity_number(of_set: SetNumber, person: int, birth_date: BirthDate) -> IdentityNumber:
    """The identity number of that person, which tells century (as a man's) and year of birth."""
    century, year = divmod(birth_date.year, _CENTURY)
    sex_and_century = 2 * (century - _FIRST_CENTURY)
    return IdentityNumber(f"{_PROVINCE}{sex_and_century}{year:02}{of_set:03}{person:03}")
