"""Why an operator does something: a line that the audit log keeps for years, as it stands."""

import unicodedata
from typing import Final, NewType

SHORTEST_REASON: Final = 5
LONGEST_REASON: Final = 200

Reason = NewType("Reason", str)
"""A line that `parse_reason` has let pass, or `NO_REASON`."""

NO_REASON: Final = Reason("")
"""What is kept where nobody owes one: a shell that answers for itself."""


class InvalidReason(ValueError):
    """A reason is missing, or does not fit; the text says how."""


def parse_reason(typed: str) -> Reason:
    """
    Return the reason as one clean line. Raises `InvalidReason`.

    The log cannot be mended, and of some acts the citizen reads the reason: whoever types it is
    told to name no person in it. A row of nine digits and more is refused, for it would be
    somebody's number.
    """
    reason = " ".join(unicodedata.normalize("NFC", typed).split())
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise InvalidReason(f"a reason has {SHORTEST_REASON} to {LONGEST_REASON} characters")
    if not reason.isprintable():
        raise InvalidReason("a reason is text")
    if _has_long_number(reason):
        raise InvalidReason("a reason names nobody: leave identity and phone numbers out")
    return Reason(reason)


def _has_long_number(reason: str) -> bool:
    digits = 0
    for char in reason:
        digits = digits + 1 if char.isdecimal() else digits * (char in " .-")
        if digits >= 9:  # noqa: PLR2004 (a CMND, the shortest number of a person)
            return True
    return False
