"""The UserInfo endpoint (OpenID Connect Core §5.3, RFC 6750)."""

from typing import Final

from idp.citizens import store as citizens
from idp.citizens.claims import claim_values
from idp.db.database import Database
from idp.grants.model import AccessToken
from idp.grants.ports import AccessTokens
from idp.oidc.errors import InvalidRequest, InvalidToken, error_response
from idp.oidc.http import (
    NO_STORE,
    Headers,
    ProtocolRequest,
    ProtocolResponse,
    json_response,
)
from idp.oidc.id_token import SubjectClaims
from idp.relying_parties.model import RelyingParty
from idp.relying_parties.ports import RelyingParties

_REALM: Final = 'Bearer realm="userinfo"'


class UserinfoEndpoint:
    """`GET` and `POST /userinfo`: what the citizen agreed to share, as it is now."""

    def __init__(
        self,
        *,
        tokens: AccessTokens,
        subjects: SubjectClaims,
        relying_parties: RelyingParties,
        database: Database,
    ) -> None:
        self._tokens = tokens
        self._subjects = subjects
        self._relying_parties = relying_parties
        self._database = database

    def __call__(self, request: ProtocolRequest) -> ProtocolResponse:
        """Answer for the token; every failure as RFC 6750 §3.1 says."""
        try:
            value = _bearer_token(request)
        except InvalidRequest as error:
            return error_response(error, _challenge(error))
        if value is None:
            # RFC 6750 §3.1: whoever sent no token learns how, and nothing about why.
            return ProtocolResponse(
                401, (("WWW-Authenticate", _REALM), *NO_STORE), error="no_token"
            )
        token = self._tokens.find(value)
        relying_party = None if token is None else self._relying_party(token)
        if token is None or relying_party is None:
            refused = InvalidToken()
            return error_response(refused, _challenge(refused))
        return self._claims(token, relying_party)

    def _relying_party(self, token: AccessToken) -> RelyingParty | None:
        found = self._relying_parties.find(token.authorization.client_id)
        return found if found is not None and found.enabled else None

    def _claims(self, token: AccessToken, relying_party: RelyingParty) -> ProtocolResponse:
        authorization = token.authorization
        with self._database.reading() as reading:
            citizen = citizens.claim_record(reading, authorization.citizen_id)
        values = claim_values(citizen, authorization.claims)
        content = {**values, **self._subjects.of(authorization, relying_party)}
        answer = json_response(200, content)
        return ProtocolResponse(
            answer.status, answer.headers, answer.body, client_id=relying_party.client_id
        )


def _challenge(error: InvalidRequest | InvalidToken) -> Headers:
    value = f'{_REALM}, error="{error.error}", error_description="{error.description}"'
    return (("WWW-Authenticate", value),)


def _bearer_token(request: ProtocolRequest) -> str | None:
    """
    The token of the header or of the form body (RFC 6750 §2.1, §2.2), never of the query.

    A URL ends up in logs and histories. Raises `InvalidRequest` for more than one.
    """
    if request.form.oversized or "access_token" in request.form.unusable:
        raise InvalidRequest("access_token is repeated or unreadable")
    posted = request.form.get("access_token")
    scheme, _, sent = (request.authorization or "").partition(" ")
    if scheme.lower() != "bearer":
        return posted
    if posted is not None:
        raise InvalidRequest("two access tokens")
    if not sent.strip().isascii():
        raise InvalidRequest("the token is not ASCII")
    return sent.strip()
