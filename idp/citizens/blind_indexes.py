"""How identity numbers and phone numbers are found without being read."""

from typing import Final

from idp.core.identity_number import IdentityNumber, InvalidIdentityNumber
from idp.core.phone_number import PhoneNumber
from idp.db.encryption import BlindIndex

IDENTITY_NUMBER: Final = "identity_number"
PHONE_NUMBER: Final = "phone_number"
_LONGEST_TYPED: Final = 64


def identity_number_index(index: BlindIndex, number: str) -> bytes:
    """The blind index of an identity number."""
    return index.of(IDENTITY_NUMBER, number)


def typed_number_index(index: BlindIndex, typed: str) -> bytes:
    """
    The blind index of what was typed for an identity number.

    A text that is none has one too, and is looked up all the same, in vain.
    """
    try:
        return identity_number_index(index, IdentityNumber.parse(typed).value)
    except InvalidIdentityNumber:
        return identity_number_index(index, typed[:_LONGEST_TYPED])


def phone_number_index(index: BlindIndex, number: PhoneNumber) -> bytes:
    """The blind index of a phone number."""
    return index.of(PHONE_NUMBER, number.e164)
