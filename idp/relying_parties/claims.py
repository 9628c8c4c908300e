"""Which claims a relying party may receive (OpenID Connect Core §5.4)."""

from collections.abc import Collection
from typing import Final

from idp.relying_parties.model import RelyingParty

OPENID: Final = "openid"
LEVEL_CLAIM: Final = "verification_level"

SCOPE_CLAIMS: Final = {
    OPENID: (LEVEL_CLAIM,),
    "profile": ("name", "birthdate", "updated_at"),
    "phone": ("phone_number", "phone_number_verified"),
    "email": ("email", "email_verified"),
    "identity_number": ("identity_number", "old_identity_number"),
}
"""
The claims each scope asks for, of those we hold. Listed in the order pages show them.

The e-mail address is nobody's to receive until it can be proved, so the scope yields nothing yet.
"""

WITHHELD: Final = frozenset({"email", "email_verified"})


def released_claims(relying_party: RelyingParty, scope: Collection[str]) -> frozenset[str]:
    """What the registration allows and the scope asks for; the level always goes with `openid`."""
    asked = {claim for name in scope for claim in SCOPE_CLAIMS.get(name, ())}
    return frozenset({LEVEL_CLAIM} | ((asked & relying_party.claims) - WITHHELD))
