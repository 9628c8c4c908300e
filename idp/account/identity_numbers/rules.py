"""What a carrier has to confirm before a second number is added to an account. Pure."""

from typing import Final

from idp.carriers.model import Attribute, MatchOutcome, Outcome
from idp.core.identity_number import IdentityNumberKind

_OTHER: Final = {
    IdentityNumberKind.CCCD: IdentityNumberKind.CMND,
    IdentityNumberKind.CMND: IdentityNumberKind.CCCD,
}


def missing_kind(held: frozenset[IdentityNumberKind]) -> IdentityNumberKind | None:
    """The kind of number that can be added: of two of one kind an operator has to choose."""
    missing = [_OTHER[kind] for kind in sorted(held) if _OTHER[kind] not in held]
    return missing[0] if missing else None


def ties_the_number_to_the_person(found: MatchOutcome) -> bool:
    """
    Whether the carrier's record of the account's phone has the new number with the account's name
    and birth date.

    The birth date counts here, which a match may do without: name and birth are all that says that
    the bearer of the new number is the citizen of the old one.
    """
    return found.outcome is Outcome.MATCH and Attribute.BIRTH_DATE in found.attributes
