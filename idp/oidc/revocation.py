"""The revocation endpoint (RFC 7009): a relying party gives a token back."""

from dataclasses import replace
from typing import Final

from authlib.oauth2 import OAuth2Error

from idp.audit.events import RefreshTokenRevoked
from idp.audit.log import record
from idp.core.clock import Clock
from idp.db.database import Database
from idp.grants.ports import AccessTokens
from idp.grants.refresh_families import RefreshFamilies
from idp.oidc.client_authentication import AUTHENTICATION_PARAMETERS, ClientAuthenticator
from idp.oidc.client_endpoint import check_form, error_of_client
from idp.oidc.errors import InvalidRequest
from idp.oidc.http import NO_STORE, ProtocolRequest, ProtocolResponse
from idp.oidc.own_tokens import OwnTokenReader
from idp.relying_parties.model import RelyingParty
from idp.relying_parties.ports import RelyingParties

# `token_type_hint` is not among them: a hint that is unknown, repeated or malformed is no error,
# and ours are found without (§2.1).
_KNOWN: Final = ("token", *AUTHENTICATION_PARAMETERS)


class RevocationEndpoint:
    """
    `POST /revoke`.

    200 whatever the token was: of another relying party, of another kind (an ID token), unknown
    (§2.2). An access token ends alone; a refresh token ends its family and all that came of it.
    """

    def __init__(
        self,
        *,
        clients: ClientAuthenticator,
        tokens: AccessTokens,
        families: RefreshFamilies,
        own_tokens: OwnTokenReader,
        relying_parties: RelyingParties,
        database: Database,
        clock: Clock,
    ) -> None:
        self._clients = clients
        self._tokens = tokens
        self._families = families
        self._own_tokens = own_tokens
        self._relying_parties = relying_parties
        self._database = database
        self._clock = clock

    def __call__(self, request: ProtocolRequest) -> ProtocolResponse:
        """Answer; errors as RFC 6749 §5.2 says."""
        client_id = None
        response: ProtocolResponse
        try:
            check_form(request, _KNOWN)
            caller = self._clients.authenticate(request)
            client_id = caller.client_id
            value = request.form.get("token")
            if value is None:
                raise InvalidRequest("token is missing")
            self._end(value, caller, request)
            response = ProtocolResponse(200, NO_STORE)
        except OAuth2Error as error:
            response = error_of_client(error)
        return replace(response, client_id=client_id)

    def _end(self, value: str, caller: RelyingParty, request: ProtocolRequest) -> None:
        """End it. Raises `InvalidClient` where the caller's proof was withdrawn this moment."""
        if value.count("."):
            self._relying_parties.catch_up_now()  # nothing else says so before the end
            self._clients.confirm(request, caller)
            own = self._own_tokens.read(value)
            if own is not None and own.client_id == caller.client_id:
                self._own_tokens.end(own)
            return
        found = self._tokens.look_up(value)
        self._relying_parties.catch_up(found.registry_version)
        self._clients.confirm(request, caller)
        token = found.token
        if token is None:
            self._end_family(value, caller)
        elif token.authorization.client_id == caller.client_id:
            self._tokens.end(value)

    def _end_family(self, value: str, caller: RelyingParty) -> None:
        now = self._clock.now()
        with self._database.transaction() as transaction:
            ended = self._families.revoke(transaction, value, caller.client_id, now)
            if ended is None:
                return
            authorization = ended.authorization
            event = RefreshTokenRevoked(
                citizen_id=authorization.citizen_id,
                client_id=authorization.client_id,
                grant_id=authorization.grant_id,
            )
            record(transaction, event, now)
        self._tokens.revoke([ended.family_id, authorization.grant_id])
