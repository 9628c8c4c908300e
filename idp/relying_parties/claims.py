"""Which scopes there are, and which claims a relying party may receive (OIDC Core §5.4)."""

from collections.abc import Collection
from typing import Final

from idp.relying_parties.model import GrantType, RelyingParty

OPENID: Final = "openid"
OFFLINE_ACCESS: Final = "offline_access"
"""A refresh token, while the citizen is away (OpenID Connect Core §11); it asks for no claim."""
LEVEL_CLAIM: Final = "verification_level"

SCOPE_CLAIMS: Final = {
    OPENID: (LEVEL_CLAIM,),
    "profile": (
        "name",
        "family_name",
        "given_name",
        "middle_name",
        "nickname",
        "preferred_username",
        "profile",
        "picture",
        "website",
        "gender",
        "birthdate",
        "zoneinfo",
        "locale",
        "updated_at",
    ),
    "phone": ("phone_number", "phone_number_verified"),
    "email": ("email", "email_verified"),
    "identity_number": ("identity_number", "old_identity_number"),
    "address": ("address",),
}
"""The claims each scope asks for, in the order pages show them; what is not held is left out."""

SCOPES: Final = (*SCOPE_CLAIMS, OFFLINE_ACCESS)


def released_claims(relying_party: RelyingParty, scope: Collection[str]) -> frozenset[str]:
    """
    What the registration allows and the scope asks for; the level always goes with `openid`.

    Where the profile says so the registration alone decides: such portals ask for `openid` and
    expect the rest.
    """
    if relying_party.profile.released_by_registration:
        return relying_party.claims | {LEVEL_CLAIM}
    asked = {claim for name in scope for claim in SCOPE_CLAIMS.get(name, ())}
    return frozenset({LEVEL_CLAIM} | (asked & relying_party.claims))


def askable_scope(relying_party: RelyingParty, asked: Collection[str]) -> tuple[str, ...]:
    """
    The scopes of *asked* that this relying party may ask for, each once and in their order.

    Others are ignored (OpenID Connect Core §3.1.2.1); `offline_access` too where no refresh token
    could come of it (§11).
    """
    refreshes = GrantType.REFRESH_TOKEN in relying_party.grant_types
    return tuple(
        name
        for name in dict.fromkeys(asked)
        if name in relying_party.scopes and (refreshes or name != OFFLINE_ACCESS)
    )


def narrowed_claims(claims: Collection[str], dropped: Collection[str]) -> tuple[str, ...]:
    """What is left of *claims* for a token that does without the scopes *dropped*."""
    gone = {claim for scope in dropped for claim in SCOPE_CLAIMS.get(scope, ())}
    return tuple(claim for claim in claims if claim not in gone)
