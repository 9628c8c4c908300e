"""
The token endpoint (RFC 6749 §3.2, OpenID Connect Core §3.1.3).

Authlib's skeleton (its registry of grants, its order of checks, its errors), run from our own
parsed request. What it does in an unsafe order is done here: the code is spent before anything is
made from it, and spent only for the relying party it was issued to.
"""

import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Request, UnsupportedGrantTypeError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload

from idp.audit.events import CodeReplayed, TokensIssued
from idp.audit.log import record
from idp.core.clock import Clock
from idp.db.database import Database
from idp.grants import store as grants
from idp.grants.model import AccessToken, AuthorizationCode, GrantId, Redeemed, Replayed
from idp.grants.ports import AccessTokens, AuthorizationCodes
from idp.oidc.client_authentication import ClientAuthenticator, TooManyFailures
from idp.oidc.errors import (
    InvalidClient,
    InvalidGrant,
    InvalidRequest,
    UnsupportedGrantType,
    error_response,
)
from idp.oidc.http import FORM, Headers, ProtocolRequest, ProtocolResponse, json_response
from idp.oidc.id_token import IdTokens
from idp.relying_parties.model import RelyingParty
from idp.relying_parties.ports import RelyingParties

BEARER: Final = "Bearer"
GRANT_TYPES: Final = ("authorization_code",)

_KNOWN: Final = (
    "grant_type",
    "code",
    "redirect_uri",
    "code_verifier",
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "scope",
)
_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}")  # RFC 7636 §4.1
_CHALLENGE: Final[Headers] = (("WWW-Authenticate", 'Basic realm="token", charset="UTF-8"'),)
_SOME_HTTPS_URL: Final = "https://issuer.invalid/token"
"""Authlib wants one and would refuse loopback http; nothing is done with it."""


class CodeRedemption:
    """Spends codes and makes tokens: what the grant does, without Authlib."""

    def __init__(
        self,
        *,
        codes: AuthorizationCodes,
        tokens: AccessTokens,
        id_tokens: IdTokens,
        relying_parties: RelyingParties,
        database: Database,
        access_token_lifetime: timedelta,
        clock: Clock,
    ) -> None:
        self._codes = codes
        self._tokens = tokens
        self._id_tokens = id_tokens
        self._relying_parties = relying_parties
        self._database = database
        self._lifetime = access_token_lifetime
        self._clock = clock

    def spend(self, value: str, relying_party: RelyingParty) -> AuthorizationCode:
        """
        Spend the code, for this caller alone.

        A replay ends everything that the code gave (RFC 6749 §4.1.2). Raises `InvalidGrant`, and
        `InvalidClient` where the relying party was disabled a moment ago.
        """
        outcome = self._codes.redeem(value, relying_party.client_id)
        self._relying_parties.catch_up(outcome.registry_version)
        current = self._relying_parties.find(relying_party.client_id)
        if isinstance(outcome, Replayed):
            self._end(outcome.grant_id, relying_party)
        if current is None or not current.enabled:
            raise InvalidClient("disabled")
        if isinstance(outcome, Redeemed):
            return outcome.code
        raise InvalidGrant("replayed" if isinstance(outcome, Replayed) else "unknown code")

    def mint(self, code: AuthorizationCode, relying_party: RelyingParty) -> dict[str, object]:
        """The members of the token response for a code that is spent. Raises `InvalidGrant`."""
        authorization, now = code.authorization, self._clock.now()
        with self._database.transaction() as transaction:
            if not grants.mark_redeemed(transaction, authorization.grant_id, now):
                raise InvalidGrant("grant revoked")
            record(
                transaction,
                TokensIssued(
                    citizen_id=authorization.citizen_id,
                    client_id=authorization.client_id,
                    grant_id=authorization.grant_id,
                ),
                now,
            )
        access_token = self._tokens.issue(AccessToken(authorization, now + self._lifetime))
        return {
            "access_token": access_token,
            "token_type": BEARER,
            "expires_in": int(self._lifetime.total_seconds()),
            "scope": " ".join(authorization.scope),
            "id_token": self._id_tokens.issue(
                authorization, relying_party, nonce=code.nonce, access_token=access_token
            ),
        }

    def _end(self, grant_id: GrantId, relying_party: RelyingParty) -> None:
        self._tokens.revoke([grant_id])
        now = self._clock.now()
        with self._database.transaction() as transaction:
            grants.revoke(transaction, grant_id, now)
            event = CodeReplayed(client_id=relying_party.client_id, grant_id=grant_id)
            record(transaction, event, now)


class _TokenRequest(OAuth2Request):  # type: ignore[misc]
    """Our parsed request, in the shape Authlib's grants look at."""

    def __init__(self, request: ProtocolRequest, client: "_Client") -> None:
        super().__init__(request.method, _SOME_HTTPS_URL)
        self.payload = BasicOAuth2Payload(dict(request.form.values))
        self.client = client

    @property
    def form(self) -> Mapping[str, str]:
        form: Mapping[str, str] = self.payload.data
        return form


class _Client:
    """A relying party, in the shape Authlib's grants look at."""

    def __init__(self, relying_party: RelyingParty) -> None:
        self.relying_party = relying_party

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in GRANT_TYPES


class _StoredCode:
    """A spent code, in the shape Authlib's grants look at."""

    def __init__(self, code: AuthorizationCode) -> None:
        self.code = code

    def get_redirect_uri(self) -> str:
        return self.code.redirect_uri


class _CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]
    """
    `grant_type=authorization_code`.

    Authlib checks in its `validate_token_request`: client, grant type, code, redirect URI.
    """

    def authenticate_token_endpoint_client(self) -> _Client:
        client: _Client = self.request.client  # authenticated before the grant was looked for
        return client

    def query_authorization_code(self, code: str, client: _Client) -> _StoredCode:
        return _StoredCode(self.server.redemption.spend(code, client.relying_party))

    def create_token_response(self) -> tuple[int, dict[str, object], list[tuple[str, str]]]:
        code: AuthorizationCode = self.request.authorization_code.code
        check_verifier(self.request.form.get("code_verifier"), code.code_challenge)
        content = self.server.redemption.mint(code, self.request.client.relying_party)
        return 200, content, []


class TokenEndpoint(AuthorizationServer):  # type: ignore[misc]
    """`POST /token`."""

    def __init__(self, *, clients: ClientAuthenticator, redemption: CodeRedemption) -> None:
        super().__init__()
        self.redemption = redemption
        self._clients = clients
        self.register_grant(_CodeGrant)

    def __call__(self, request: ProtocolRequest) -> ProtocolResponse:
        """Exchange a code for tokens; every failure is an error of RFC 6749 §5.2."""
        client_id = None
        response: ProtocolResponse
        try:
            _check_form(request)
            relying_party = self._clients.authenticate(request)
            client_id = relying_party.client_id
            response = self.create_token_response(_TokenRequest(request, _Client(relying_party)))
        except OAuth2Error as error:
            response = self.handle_error_response(None, error)
        return replace(response, client_id=client_id)

    def create_oauth2_request(self, request: OAuth2Request) -> OAuth2Request:
        """It is one already."""
        return request

    def get_token_grant(self, request: OAuth2Request) -> Any:  # noqa: ANN401 (Authlib's own)
        """Find the grant; the error for an unknown type must not repeat what was sent."""
        if request.payload.grant_type is None:
            raise InvalidRequest("grant_type is missing")
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
        if isinstance(error, TooManyFailures):
            return error_response(error, (("Retry-After", str(error.retry_after)),))
        return error_response(error, _CHALLENGE if isinstance(error, InvalidClient) else ())


def check_verifier(verifier: str | None, challenge: str | None) -> None:
    """
    PKCE with S256 (RFC 7636 §4.6). Raises `InvalidGrant`.

    A verifier without a challenge is refused too: somebody took the challenge out of the request
    (RFC 9700 §2.1.1, downgrade).
    """
    if challenge is None and verifier is None:
        return
    if challenge is None or verifier is None or not _VERIFIER.fullmatch(verifier):
        raise InvalidGrant("code_verifier is missing, malformed or not expected")
    made = urlsafe_b64encode(sha256(verifier.encode("ascii")).digest()).rstrip(b"=").decode()
    if not hmac.compare_digest(made, challenge):
        raise InvalidGrant("code_verifier does not fit")


def _check_form(request: ProtocolRequest) -> None:
    """RFC 6749 §3.2: parameters in the body, each once; what the query says has no say."""
    if request.content_type != FORM:
        raise InvalidRequest(f"the body must be {FORM}")
    if request.form.oversized:
        raise InvalidRequest("the body is too large")
    unusable = sorted(request.form.unusable.intersection(_KNOWN))
    if unusable:
        raise InvalidRequest(f"repeated or unreadable: {', '.join(unusable)}")
