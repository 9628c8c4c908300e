"""`grant_type=client_credentials` (RFC 6749 §4.4): a relying party on its own behalf."""

from datetime import timedelta
from typing import Final

from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant

from idp.core.clock import Clock
from idp.core.handles import new_handle
from idp.failures.model import Cause, Fault
from idp.failures.rules import shown
from idp.oidc.errors import InvalidTarget, ScopeNotGranted
from idp.oidc.grants.token_response import BEARER
from idp.oidc.http import Parameters
from idp.relying_parties.model import RelyingParty
from idp.signing.material import SigningAlgorithm
from idp.signing.signer import Signer

ACCESS_TOKEN_TYPE: Final = "at+jwt"  # noqa: S105 (RFC 9068 §2.1)


class OwnTokens:
    """
    Makes access tokens that speak of the relying party alone (RFC 9068).

    Signed and kept nowhere: whoever receives one needs our keys and nothing else. No citizen's
    scope goes into them, and userinfo does not know them.
    """

    def __init__(self, *, issuer: str, signer: Signer, lifetime: timedelta, clock: Clock) -> None:
        self._issuer = issuer
        self._signer = signer
        self._lifetime = int(lifetime.total_seconds())
        self._clock = clock

    def make(self, relying_party: RelyingParty, sent: Parameters) -> dict[str, object]:
        """The members of the token response. Raises `InvalidTarget` and `ScopeNotGranted`."""
        if sent.get("scope") is not None:
            raise ScopeNotGranted  # all scopes there are speak of a citizen
        now = int(self._clock.now().timestamp())
        claims = {
            "iss": self._issuer,
            "aud": _resource(relying_party, sent),
            "sub": relying_party.client_id,  # RFC 9068 §2.2: no resource owner is involved
            "client_id": relying_party.client_id,
            "iat": now,
            "exp": now + self._lifetime,
            "jti": new_handle(),
        }
        # As its ID tokens are: RS256 unless it named ES256, so that both are there (§2.1).
        algorithm = SigningAlgorithm(relying_party.id_token_algorithm)
        return {
            "access_token": self._signer.sign(claims, algorithm=algorithm, typ=ACCESS_TOKEN_TYPE),
            "token_type": BEARER,
            "expires_in": self._lifetime,
        }


def _resource(relying_party: RelyingParty, sent: Parameters) -> str:
    """
    The one audience (RFC 8707 §2): the registered one that is named, or the only one there is.

    A token for several could be used by each of them at the others.
    """
    if "resource" in sent.unusable:
        raise InvalidTarget("several resources")
    named = sent.get("resource")
    registered = relying_party.resources
    if named is None and len(registered) == 1:
        return next(iter(registered))
    if named is None or named not in registered:
        fault = Fault(
            cause=Cause.RESOURCE_NOT_REGISTERED,
            sent=shown(named or ""),
            registered=shown(" ".join(sorted(registered))),
        )
        raise InvalidTarget("no resource" if named is None else "not a registered resource", fault)
    return named


class OwnGrant(ClientCredentialsGrant):  # type: ignore[misc]
    """In Authlib's registry."""

    def validate_token_request(self) -> None:
        """The client is authenticated; whether it registered for this is left to ask."""
        self.request.client.check_grant_type(self.GRANT_TYPE)

    def create_token_response(self) -> tuple[int, dict[str, object], list[tuple[str, str]]]:
        """Nothing is spent, nothing is stored."""
        content = self.server.own_tokens.make(self.request.client.relying_party, self.request.sent)
        return 200, content, []
