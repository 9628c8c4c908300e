"""Which second factor comes first, what a typed code is, what must not be taken away: pure."""

from collections.abc import Sequence
from typing import Final

from idp.authenticators.model import Factors, SecondFactor
from idp.core.typed_text import plain_digits

# Crockford's base32: nothing that is read for something else, so that a printed code can be typed.
CODE_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH: Final = 10
"""Fifty random bits; a keyed hash of them is kept, and tries are counted."""
_MISREAD: Final = str.maketrans("OIL", "011")


def ways(factors: Factors) -> tuple[SecondFactor, ...]:
    """What can complete a sign-in after the password, the strongest first."""
    held = {
        SecondFactor.PASSKEY: factors.passkey,
        SecondFactor.APP: factors.app,
        SecondFactor.SMS: factors.number is not None,
        SecondFactor.RECOVERY_CODE: factors.recovery_code,
    }
    return tuple(way for way in SecondFactor if held[way])


def recovery_code_as_typed(text: str) -> str:
    """The code behind what was typed: any case, with or without hyphens, misread letters mended."""
    return plain_digits(text).upper().translate(_MISREAD)


def recovery_code_as_shown(code: str) -> str:
    """The code as it is printed: in two halves."""
    return f"{code[: CODE_LENGTH // 2]}-{code[CODE_LENGTH // 2 :]}"


def leaves_no_way(remaining: Sequence[SecondFactor]) -> bool:
    """Whether a citizen with these alone could not complete a sign-in for long: codes run out."""
    return not set(remaining) - {SecondFactor.RECOVERY_CODE}


def is_last_strong(remaining: Sequence[SecondFactor]) -> bool:
    """Whether what remains can all be told to somebody on the telephone by a text or from paper."""
    return not {SecondFactor.PASSKEY, SecondFactor.APP} & set(remaining)
