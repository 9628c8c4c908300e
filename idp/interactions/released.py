"""Which claims an authorization request is answered with, and where."""

from dataclasses import dataclass

from idp.interactions.model import AuthorizationRequest
from idp.relying_parties.claims import released_claims
from idp.relying_parties.model import RelyingParty


@dataclass(frozen=True, slots=True)
class Released:
    """Names of claims by the place they are given at (OpenID Connect Core §5.5)."""

    userinfo: frozenset[str]
    id_token: frozenset[str]

    @property
    def everywhere(self) -> frozenset[str]:
        """All that the relying party gets to know: what the citizen has to agree to."""
        return self.userinfo | self.id_token


def released(relying_party: RelyingParty, request: AuthorizationRequest) -> Released:
    """
    What the scope and the `claims` parameter ask for, within what the registration allows.

    Claims of a scope are userinfo's (§5.4); the ID token holds those that were asked for there.
    """
    allowed = relying_party.claims
    return Released(
        userinfo=released_claims(relying_party, request.scope)
        | (request.userinfo_claims & allowed),
        id_token=request.id_token_claims & allowed,
    )
