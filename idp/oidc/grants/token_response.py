"""The successful token response (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3)."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from idp.citizens.model import ClaimValue
from idp.core.clock import Clock
from idp.core.handles import Handle, new_handle
from idp.grants.model import AccessToken, Authorization, FamilyId, FreshToken
from idp.grants.ports import AccessTokens
from idp.integration_tests.rehearsed import RehearsedCode
from idp.oidc.id_token import IdTokens
from idp.relying_parties.claims import OPENID
from idp.relying_parties.model import RelyingParty

BEARER: Final = "Bearer"


class TokenResponses:
    """Makes the tokens for what has been spent already."""

    def __init__(
        self,
        *,
        tokens: AccessTokens,
        id_tokens: IdTokens,
        access_token_lifetime: timedelta,
        clock: Clock,
    ) -> None:
        self._tokens = tokens
        self._id_tokens = id_tokens
        self._lifetime = access_token_lifetime
        self._clock = clock

    def fresh(self) -> FreshToken:
        """An access token to be stored with whatever is spent for it."""
        now = self._clock.now()
        return FreshToken(new_handle(), now, now + self._lifetime)

    def refreshed(self, authorization: Authorization, family_id: FamilyId) -> Handle:
        """Store an access token that ends with its family; its value."""
        now = self._clock.now()
        return self._tokens.issue(
            AccessToken(authorization, now + self._lifetime, issued_at=now, family_id=family_id)
        )

    def make(
        self,
        authorization: Authorization,
        relying_party: RelyingParty,
        *,
        asked_for: Mapping[str, ClaimValue],
        access_token: Handle,
        nonce: str | None = None,
        refresh_token: str | None = None,
    ) -> dict[str, object]:
        """
        The members of the response; *access_token* is stored already, *asked_for* are the claims
        that the ID token was asked to hold (`claims_asked_for`).

        An ID token goes with `openid` alone: a refreshed token may do without it.
        """
        members = self._bearer(authorization, access_token)
        if refresh_token is not None:
            members["refresh_token"] = refresh_token
        if OPENID in authorization.scope:
            members["id_token"] = self._id_tokens.issue(
                authorization,
                relying_party,
                nonce=nonce,
                access_token=access_token,
                asked_for=asked_for,
            )
        return members

    def rehearse(
        self,
        code: RehearsedCode,
        relying_party: RelyingParty,
        sign: Callable[[Mapping[str, Any]], str],
    ) -> dict[str, object]:
        """The members of the response to a case's code; *sign* gets the claims of a good token."""
        authorization = code.code.authorization
        members = self._bearer(authorization, code.access_token)
        if OPENID in authorization.scope:
            claims = self._id_tokens.claims(
                authorization,
                relying_party,
                nonce=code.code.nonce,
                access_token=code.access_token,
                asked_for=code.asked_for,
            )
            members["id_token"] = sign(claims)
        return members

    def _bearer(self, authorization: Authorization, access_token: Handle) -> dict[str, object]:
        return {
            "access_token": access_token,
            "token_type": BEARER,
            "expires_in": int(self._lifetime.total_seconds()),
            "scope": " ".join(authorization.scope),
        }
