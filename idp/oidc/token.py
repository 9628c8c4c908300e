"""
The token endpoint (RFC 6749 §3.2, OpenID Connect Core §3.1.3).

Authlib's skeleton (its registry of grants, its order of checks, its errors), run from our own
parsed request. What it does in an unsafe order is done in our grants.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Request, UnsupportedGrantTypeError

from idp.failures.model import Cause, Fault
from idp.oidc.client_authentication import AUTHENTICATION_PARAMETERS, ClientAuthenticator
from idp.oidc.client_endpoint import check_form, error_of_client
from idp.oidc.errors import InvalidRequest, UnsupportedGrantType
from idp.oidc.grants.authorization_code import CodeGrant, CodeRedemption
from idp.oidc.grants.client_credentials import OwnGrant, OwnTokens
from idp.oidc.grants.refresh_token import RefreshGrant, Refreshing
from idp.oidc.grants.shapes import TokenRequest
from idp.oidc.http import ProtocolRequest, ProtocolResponse, json_response
from idp.relying_parties.model import GrantType

GRANT_TYPES: Final = tuple(GrantType)

_KNOWN: Final = (
    "grant_type",
    "code",
    "redirect_uri",
    "code_verifier",
    "refresh_token",
    "scope",
    *AUTHENTICATION_PARAMETERS,
)


class TokenEndpoint(AuthorizationServer):  # type: ignore[misc]
    """`POST /token`."""

    def __init__(
        self,
        *,
        clients: ClientAuthenticator,
        redemption: CodeRedemption,
        refreshing: Refreshing,
        own_tokens: OwnTokens,
    ) -> None:
        super().__init__()
        self.redemption = redemption
        self.refreshing = refreshing
        self.own_tokens = own_tokens
        self._clients = clients
        for grant in (CodeGrant, RefreshGrant, OwnGrant):
            self.register_grant(grant)

    def __call__(self, request: ProtocolRequest) -> ProtocolResponse:
        """Answer with tokens; every failure is an error of RFC 6749 §5.2."""
        client_id = None
        response: ProtocolResponse
        try:
            check_form(request, _KNOWN)
            # Spending a code tells whether registrations have changed; other grants must ask.
            asks = request.form.get("grant_type") != GrantType.AUTHORIZATION_CODE
            relying_party = self._clients.authenticate(request, up_to_date=asks)
            client_id = relying_party.client_id
            confirm = partial(self._clients.confirm, request, relying_party)
            response = self.create_token_response(TokenRequest(request, relying_party, confirm))
        except OAuth2Error as error:
            response = self.handle_error_response(None, error)
        return replace(response, client_id=client_id)

    def create_oauth2_request(self, request: OAuth2Request) -> OAuth2Request:
        """It is one already."""
        return request

    def get_token_grant(self, request: OAuth2Request) -> Any:  # noqa: ANN401 (Authlib's own)
        """Find the grant; the error for an unknown type must not repeat what was sent."""
        if request.payload.grant_type is None:
            missing = Fault(cause=Cause.PARAMETER_MISSING, parameter="grant_type")
            raise InvalidRequest("grant_type is missing", missing)
        try:
            return super().get_token_grant(request)
        except UnsupportedGrantTypeError:
            raise UnsupportedGrantType from None

    def handle_response(
        self, status: int, body: Mapping[str, object], headers: object
    ) -> ProtocolResponse:
        """Authlib's success, as a response of ours."""
        del headers  # ours say no-store already
        return json_response(status, body)

    def handle_error_response(self, request: object, error: OAuth2Error) -> ProtocolResponse:
        """Any error, Authlib's or ours, in our words."""
        del request
        return error_of_client(error)
