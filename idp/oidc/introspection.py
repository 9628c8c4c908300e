"""The introspection endpoint (RFC 7662): what a token is, told to those it concerns."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from authlib.oauth2 import OAuth2Error

from idp.core.clock import Clock
from idp.db.database import Database
from idp.grants.model import AccessToken, Authorization
from idp.grants.ports import AccessTokens
from idp.grants.refresh_families import RefreshFamilies
from idp.oidc.bearer import bearer_header
from idp.oidc.client_authentication import AUTHENTICATION_PARAMETERS, ClientAuthenticator
from idp.oidc.client_endpoint import check_form, error_of_client
from idp.oidc.errors import InvalidClient, InvalidRequest
from idp.oidc.grants.token_response import BEARER
from idp.oidc.http import ProtocolRequest, ProtocolResponse, json_response
from idp.oidc.id_token import SubjectClaims
from idp.oidc.own_tokens import OwnTokenReader
from idp.relying_parties.model import RelyingParty
from idp.relying_parties.ports import RelyingParties

_KNOWN: Final = ("token", *AUTHENTICATION_PARAMETERS)
_INACTIVE: Final[Mapping[str, object]] = {"active": False}


class IntrospectionEndpoint:
    """
    `POST /introspect`.

    A token is told of to the relying party it was issued to; one that is meant for a resource also
    to whoever registered that resource. All others hear that it is not active, which is also all
    they hear of a token that never was (§2.2).
    """

    def __init__(
        self,
        *,
        issuer: str,
        clients: ClientAuthenticator,
        tokens: AccessTokens,
        families: RefreshFamilies,
        own_tokens: OwnTokenReader,
        subjects: SubjectClaims,
        relying_parties: RelyingParties,
        database: Database,
        clock: Clock,
    ) -> None:
        self._issuer = issuer
        self._clients = clients
        self._tokens = tokens
        self._families = families
        self._own_tokens = own_tokens
        self._subjects = subjects
        self._relying_parties = relying_parties
        self._database = database
        self._clock = clock

    def __call__(self, request: ProtocolRequest) -> ProtocolResponse:
        """Answer; errors as RFC 6749 §5.2 says."""
        client_id = None
        response: ProtocolResponse
        try:
            check_form(request, _KNOWN)
            value = request.form.get("token")
            bearer = bearer_header(request)
            caller = (
                self._clients.authenticate(request)
                if bearer is None
                else self._bearer_of(bearer, value)
            )
            client_id = caller.client_id
            if value is None:
                raise InvalidRequest("token is missing")
            told = self._told(value, caller)
            if bearer is None:
                self._clients.confirm(request, caller)
            elif not self._let_in(caller):
                raise InvalidClient("disabled by now")
            response = json_response(200, told)
        except OAuth2Error as error:
            response = error_of_client(error)
        return replace(response, client_id=client_id)

    def _bearer_of(self, bearer: str, asked: str | None) -> RelyingParty:
        """
        The relying party of an access token that asks about itself (RFC 7662 §2.1 allows it).

        Portals of the old kind send no credentials of their own here.
        """
        token = self._look_up(bearer) if bearer == asked else None
        found = token and self._relying_parties.find(token.authorization.client_id)
        if not found or not found.enabled:
            raise InvalidClient("not the token that is asked about, or not active")
        return found

    def _look_up(self, value: str) -> AccessToken | None:
        """What it stands for; whose it is, is known as registered now."""
        found = self._tokens.look_up(value)
        self._relying_parties.catch_up(found.registry_version)
        return found.token

    def _told(self, value: str, caller: RelyingParty) -> Mapping[str, object]:
        if value.count("."):
            return self._own(value, caller)
        token = self._look_up(value)
        if token is not None:
            members = self._members(
                token.authorization, caller, issued=token.issued_at, expires=token.expires_at
            )
            return {**members, "token_type": BEARER, "aud": self._issuer} if members else _INACTIVE
        with self._database.reading_rows() as reading:
            found = self._families.find(reading, value, self._clock.now())
        if found is None:
            return _INACTIVE
        members = self._members(
            found.authorization, caller, issued=found.issued_at, expires=found.expires_at
        )
        return members or _INACTIVE

    def _members(
        self,
        authorization: Authorization,
        caller: RelyingParty,
        *,
        issued: datetime,
        expires: datetime,
    ) -> Mapping[str, object]:
        if authorization.client_id != caller.client_id:
            return {}
        return {
            "active": True,
            "iss": self._issuer,
            "sub": self._subjects.name(authorization.citizen_id, caller),
            "client_id": authorization.client_id,
            "scope": " ".join(authorization.scope),
            "iat": int(issued.timestamp()),
            "exp": int(expires.timestamp()),
            "acr": authorization.acr,
            "auth_time": int(authorization.auth_time.timestamp()),
        }

    def _let_in(self, caller: RelyingParty) -> bool:
        """Still: another process may have disabled it since this one looked."""
        current = self._relying_parties.find(caller.client_id)
        return current is not None and current.enabled

    def _own(self, value: str, caller: RelyingParty) -> Mapping[str, object]:
        token = self._own_tokens.read(value)
        if token is None or not self._own_tokens.is_live(token):
            return _INACTIVE
        if token.client_id != caller.client_id and token.audience not in caller.resources:
            return _INACTIVE
        return {
            "active": True,
            "iss": self._issuer,
            "sub": token.client_id,
            "client_id": token.client_id,
            "aud": token.audience,
            "iat": token.issued_at,
            "exp": token.expires_at,
            "jti": token.jti,
            "token_type": BEARER,
        }
