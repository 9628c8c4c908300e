"""The reason an operator gives, and which holds one may lift: pure."""

import unicodedata
from typing import Final

from idp.citizens.model import HoldKind

LONGEST_REASON: Final = 200
SHORTEST_REASON: Final = 5

LIFTED_BY_OPERATORS: Final = (
    HoldKind.OPERATOR,
    HoldKind.UNRECOGNISED_ACTIVITY,
    HoldKind.INACTIVE,
)
"""A dispute ends by its decision alone."""


def may_lift(kind: HoldKind, reference: str) -> bool:
    """
    Whether one operator may lift that hold.

    The one that a transfer leaves on the former holder's account names its case: two operators have
    decided that, and one does not undo it.
    """
    is_of_decision = kind is HoldKind.OPERATOR and reference != ""
    return kind in LIFTED_BY_OPERATORS and not is_of_decision


class InvalidReason(ValueError):
    """A reason is missing, or does not fit."""


def parse_reason(typed: str) -> str:
    """
    Return the reason as one clean line; the citizen reads it. Raises `InvalidReason`.

    It is kept in the audit log as it stands: whoever types it is told to name no person in it. A
    row of nine digits and more is refused, for it would be somebody's number.
    """
    reason = " ".join(unicodedata.normalize("NFC", typed).split())
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise InvalidReason(f"a reason has {SHORTEST_REASON} to {LONGEST_REASON} characters")
    if not reason.isprintable():
        raise InvalidReason("a reason is text")
    if _has_long_number(reason):
        raise InvalidReason("a reason names nobody: leave identity and phone numbers out")
    return reason


def _has_long_number(reason: str) -> bool:
    digits = 0
    for char in reason:
        digits = digits + 1 if char.isdecimal() else digits * (char in " .-")
        if digits >= 9:  # noqa: PLR2004 (a CMND, the shortest number of a person)
            return True
    return False
