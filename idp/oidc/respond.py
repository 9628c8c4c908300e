"""Answers to authorization requests: an error, or a code for a new grant."""

from collections.abc import Sequence
from typing import Final

from idp.audit.events import CodeIssued
from idp.audit.log import record
from idp.citizens import store as citizens
from idp.citizens.rules import VerificationLevel, verification_level
from idp.core.clock import Clock
from idp.core.handles import new_handle
from idp.db.database import Database
from idp.grants import store as grants
from idp.grants.model import Authorization, AuthorizationCode, GrantId
from idp.grants.ports import AuthorizationCodes
from idp.interactions.model import AuthorizationRequest, Interaction
from idp.interactions.ports import AuthorizationResponse
from idp.oidc.errors import ProtocolError, UnauthorizedClient
from idp.relying_parties.claims import released_claims
from idp.relying_parties.model import RelyingParty
from idp.relying_parties.ports import RelyingParties
from idp.sessions.model import Session
from idp.sessions.rules import acr_reached, authentication_level

# What the relying party's engineers read; fixed ASCII (RFC 6749 §4.1.2.1).
_DESCRIPTIONS: Final = {
    "access_denied": "The citizen did not agree.",
    "login_required": "The citizen has to sign in, and prompt=none forbids asking.",
    "interaction_required": "The citizen has to do something, and prompt=none forbids asking.",
    "consent_required": "The citizen has to agree, and prompt=none forbids asking.",
    "unmet_authentication_requirements": "The required acr was not reached.",
}


class AuthorizationResponses:
    """
    The one renderer of authorization responses.

    `iss` stands in every one (RFC 9207 §2), and `state` exactly as it came, where it came.
    """

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer

    def code(self, request: AuthorizationRequest, code: str) -> AuthorizationResponse:
        """Hand out *code* (RFC 6749 §4.1.2)."""
        return self._response(request.redirect_uri, request.state, ("code", code))

    def error(
        self, redirect_uri: str, state: str | None, error: str, description: str
    ) -> AuthorizationResponse:
        """Tell of *error* (RFC 6749 §4.1.2.1); *redirect_uri* must be known to be registered."""
        return self._response(
            redirect_uri, state, ("error", error), ("error_description", description)
        )

    def _response(
        self, redirect_uri: str, state: str | None, *parameters: tuple[str, str]
    ) -> AuthorizationResponse:
        kept = () if state is None else (("state", state),)
        return AuthorizationResponse(redirect_uri, (*parameters, *kept, ("iss", self._issuer)))


class OidcResponder:
    """The `Responder` of interactions: what the flow has decided, in the protocol's words."""

    def __init__(
        self,
        *,
        responses: AuthorizationResponses,
        relying_parties: RelyingParties,
        codes: AuthorizationCodes,
        database: Database,
        levels: Sequence[VerificationLevel],
        clock: Clock,
    ) -> None:
        self._responses = responses
        self._relying_parties = relying_parties
        self._codes = codes
        self._database = database
        self._levels = levels
        self._clock = clock

    def approve(self, interaction: Interaction, session: Session) -> AuthorizationResponse:
        """Make a grant for the session's citizen, and hand out its code."""
        request = _request_of(interaction)
        relying_party = self._relying_parties.find(request.client_id)
        if relying_party is None or not relying_party.enabled:
            return self._error(request, UnauthorizedClient())
        authorization = self._grant(request, relying_party, session)
        code = self._codes.issue(
            AuthorizationCode(
                authorization=authorization,
                redirect_uri=request.redirect_uri,
                nonce=request.nonce,
                code_challenge=request.code_challenge,
            )
        )
        return self._responses.code(request, code)

    def refuse(self, interaction: Interaction, error: str) -> AuthorizationResponse:
        """Tell the relying party *error*."""
        request = _request_of(interaction)
        return self._responses.error(
            request.redirect_uri, request.state, error, _DESCRIPTIONS[error]
        )

    def _error(self, request: AuthorizationRequest, error: ProtocolError) -> AuthorizationResponse:
        return self._responses.error(
            request.redirect_uri, request.state, error.error, error.description
        )

    def _grant(
        self, request: AuthorizationRequest, relying_party: RelyingParty, session: Session
    ) -> Authorization:
        now = self._clock.now()
        authentication = session.authentication
        with self._database.transaction() as transaction:
            evidence = citizens.evidence_of(transaction, authentication.citizen_id)
            verified = verification_level(evidence, self._levels, now).level
            authenticated = authentication_level(authentication.amr)
            authorization = Authorization(
                grant_id=GrantId(new_handle()),
                client_id=relying_party.client_id,
                citizen_id=authentication.citizen_id,
                session_id=session.id,
                scope=request.scope,
                claims=tuple(sorted(released_claims(relying_party, request.scope))),
                acr=chosen_acr(request.acr_values, acr_reached(verified, authenticated)),
                amr=authentication.amr,
                auth_time=authentication.auth_time,
                verification_level=verified,
                authentication_level=authenticated,
            )
            grants.add(transaction, authorization, at=now)
            record(
                transaction,
                CodeIssued(
                    citizen_id=authorization.citizen_id,
                    client_id=authorization.client_id,
                    grant_id=authorization.grant_id,
                    acr=authorization.acr,
                ),
                now,
            )
        return authorization


def chosen_acr(requested: Sequence[str], reached: Sequence[str]) -> str:
    """
    The class to name in tokens: the first requested one that is reached, else the highest reached.

    `acr_values` is in order of preference and voluntary (OpenID Connect Core §3.1.2.1): never a
    class that was not reached. *reached* is the highest first, and never empty.
    """
    return next((name for name in requested if name in reached), reached[0])


def _request_of(interaction: Interaction) -> AuthorizationRequest:
    if interaction.request is None:
        raise ValueError("an interaction that no relying party began has no answer")
    return interaction.request
