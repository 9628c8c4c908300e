"""Which holds an operator may lift: pure."""

from typing import Final

from idp.citizens.model import HoldKind

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
