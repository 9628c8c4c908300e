"""Which claims an authorization request is answered with, and where."""

from dataclasses import dataclass

from idp.interactions.model import AuthorizationRequest, Prompt
from idp.relying_parties.claims import OFFLINE_ACCESS, released_claims
from idp.relying_parties.model import RelyingParty


@dataclass(frozen=True, slots=True)
class Released:
    """Names of claims by the place they are given at (OpenID Connect Core §5.5)."""

    userinfo: frozenset[str]
    id_token: frozenset[str]
    offline: bool

    @property
    def everywhere(self) -> frozenset[str]:
        """What the citizen has to agree to: all that the relying party gets to know, and when."""
        names = self.userinfo | self.id_token
        return names | {OFFLINE_ACCESS} if self.offline else names


def released(relying_party: RelyingParty, request: AuthorizationRequest) -> Released:
    """
    What the scope and the `claims` parameter ask for, within what the registration allows.

    Claims of a scope are userinfo's (§5.4); the ID token holds those that were asked for there.
    Whether it may ask while the citizen is away is a question of its own, and put only where
    `prompt=consent` says so: else §11 wants `offline_access` ignored, unless it was agreed to
    before.
    """
    allowed = relying_party.claims
    return Released(
        userinfo=released_claims(relying_party, request.scope)
        | (request.userinfo_claims & allowed),
        id_token=request.id_token_claims & allowed,
        offline=OFFLINE_ACCESS in request.scope and Prompt.CONSENT in request.prompt,
    )
