"""The token endpoint and the discovery document of each carrier."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Request, Response, jsonify, request

from sandbox.authorization.assertions import ALGORITHMS, ClientAssertions, InvalidAssertion
from sandbox.authorization.scopes import API_SCOPES, InvalidScope, parse_scope
from sandbox.authorization.tokens import LIFETIME, AccessTokens
from sandbox.breakage import Breakage
from sandbox.faults import Api
from sandbox.tempers import Carrier

JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_FORM = "application/x-www-form-urlencoded"


class TokenRefused(Exception):
    """An error answer of RFC 6749 §5.2: 401 where the client is not authenticated, else 400."""

    def __init__(self, error: str, description: str) -> None:
        """Answer *error*; *description* is ASCII, for the caller's developer."""
        super().__init__(error)
        self.error = error
        self.description = description
        self.status = 401 if error == "invalid_client" else 400


@dataclass(frozen=True)
class TokenEndpoint:
    """Issues access tokens of every carrier to the one client that has a contract."""

    base_url: str
    assertions: ClientAssertions
    tokens: AccessTokens
    breakage: Breakage

    def discovery(self, carrier: Carrier) -> Response:
        """Answer the little of OpenID Connect Discovery that a two-legged client needs."""
        return jsonify(
            issuer=self._issuer(carrier),
            token_endpoint=self._url(carrier),
            token_endpoint_auth_methods_supported=["private_key_jwt"],
            token_endpoint_auth_signing_alg_values_supported=list(ALGORITHMS),
            grant_types_supported=["client_credentials"],
            response_types_supported=[],
            scopes_supported=sorted(API_SCOPES),
        )

    def token(self, carrier: Carrier) -> Response:
        """Answer a token request (RFC 6749 §4.4.2)."""
        broken = self.breakage.meet(carrier, Api.TOKEN)
        if broken is not None:
            return broken
        try:
            response = self._issue(carrier, _form(request))
        except TokenRefused as refused:
            response = jsonify(error=refused.error, error_description=refused.description)
            response.status_code = refused.status
        response.headers["Cache-Control"] = "no-store"
        return response

    def _issue(self, carrier: Carrier, form: Mapping[str, str]) -> Response:
        self._authenticate(carrier, form)
        grant_type = form.get("grant_type")
        if grant_type is None:
            raise TokenRefused("invalid_request", "grant_type is missing")
        if grant_type != "client_credentials":
            raise TokenRefused("unsupported_grant_type", "only client_credentials is served")
        try:
            scopes = parse_scope(form.get("scope", ""))
        except InvalidScope as error:
            raise TokenRefused("invalid_scope", str(error)) from error
        return jsonify(
            access_token=self.tokens.issue(carrier, scopes),
            token_type="Bearer",  # noqa: S106 - RFC 6750, no secret
            expires_in=int(LIFETIME.total_seconds()),
            scope=" ".join(sorted(scopes)),
        )

    def _authenticate(self, carrier: Carrier, form: Mapping[str, str]) -> None:
        if "client_secret" in form or request.headers.get("Authorization"):
            raise TokenRefused("invalid_client", "only private_key_jwt is accepted")
        assertion = form.get("client_assertion")
        if assertion is None or form.get("client_assertion_type") != JWT_BEARER:
            raise TokenRefused("invalid_client", "a client assertion is needed")
        if form.get("client_id", self.assertions.client_id) != self.assertions.client_id:
            raise TokenRefused("invalid_client", "client_id is not the one of the assertion")
        try:
            self.assertions.authenticate(assertion, audience=self._url(carrier))
        except InvalidAssertion as error:
            raise TokenRefused("invalid_client", str(error)) from error

    def _issuer(self, carrier: Carrier) -> str:
        return f"{self.base_url}/carriers/{carrier}"

    def _url(self, carrier: Carrier) -> str:
        return f"{self._issuer(carrier)}/token"


def _form(http: Request) -> Mapping[str, str]:
    if http.mimetype != _FORM or http.args:
        raise TokenRefused("invalid_request", "parameters belong in a form body")
    form = http.form.to_dict(flat=False)
    # RFC 6749 §3.2: parameters must not be included more than once.
    if any(len(values) != 1 for values in form.values()):
        raise TokenRefused("invalid_request", "a parameter is repeated")
    return {name: values[0] for name, values in form.items()}


def routes(endpoint: TokenEndpoint) -> Blueprint:
    """Build the blueprint, with the two addresses of each carrier."""
    blueprint = Blueprint("authorization", __name__)
    for carrier in Carrier:
        blueprint.add_url_rule(
            f"/carriers/{carrier}/.well-known/openid-configuration",
            endpoint=f"discovery_{carrier}",
            view_func=endpoint.discovery,
            defaults={"carrier": carrier},
        )
        blueprint.add_url_rule(
            f"/carriers/{carrier}/token",
            endpoint=f"token_{carrier}",
            view_func=endpoint.token,
            defaults={"carrier": carrier},
            methods=["POST"],
        )
    return blueprint
