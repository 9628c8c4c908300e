"""Answers to authorization requests: an error, or a code for a new grant."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from idp.audit.events import CodeIssued
from idp.audit.log import record
from idp.citizens import store as citizens
from idp.citizens.model import CitizenId
from idp.citizens.rules import VerificationLevel, verification_level
from idp.consents.store import consented_claims
from idp.core.clock import Clock
from idp.core.handles import new_handle
from idp.db.database import Database
from idp.db.rows import Source
from idp.grants import store as grants
from idp.grants.model import Authorization, AuthorizationCode, GrantId
from idp.grants.ports import AuthorizationCodes
from idp.interactions.model import AuthorizationRequest, Interaction, Prompt, ResponseMode
from idp.interactions.ports import AuthorizationResponse, NotAgreed
from idp.interactions.released import released
from idp.oidc.errors import (
    AccessDenied,
    ConsentRequired,
    InteractionRequired,
    LoginRequired,
    ProtocolError,
    UnauthorizedClient,
    UnmetAuthenticationRequirements,
)
from idp.oidc.id_token import SubjectClaims
from idp.relying_parties.claims import OFFLINE_ACCESS
from idp.relying_parties.model import RelyingParty
from idp.relying_parties.ports import RelyingParties
from idp.sessions.model import Session
from idp.sessions.rules import acr_reached, authentication_level
from idp.statistics.model import Measure, Tick, Way
from idp.statistics.ports import Tally
from idp.statistics.rules import signed_in

_REFUSALS: Final = {
    refusal.error: refusal
    for refusal in (
        AccessDenied,
        ConsentRequired,
        InteractionRequired,
        LoginRequired,
        UnmetAuthenticationRequirements,
    )
}
"""What an interaction can end with, by the name that its rules use."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where an answer goes, and how; *redirect_uri* is known to be registered."""

    redirect_uri: str
    state: str | None
    mode: ResponseMode


class AuthorizationResponses:
    """
    The one renderer of authorization responses.

    `iss` stands in every one (RFC 9207 §2), and `state` exactly as it came, where it came.
    """

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer

    def code(self, destination: Destination, code: str) -> AuthorizationResponse:
        """Hand out *code* (RFC 6749 §4.1.2)."""
        return self._response(destination, ("code", code))

    def error(self, destination: Destination, error: ProtocolError) -> AuthorizationResponse:
        """Tell of *error* (RFC 6749 §4.1.2.1)."""
        return self._response(
            destination, ("error", error.error), ("error_description", error.description)
        )

    def _response(
        self, destination: Destination, *parameters: tuple[str, str]
    ) -> AuthorizationResponse:
        state = destination.state
        kept = () if state is None else (("state", state),)
        return AuthorizationResponse(
            destination.redirect_uri,
            (*parameters, *kept, ("iss", self._issuer)),
            destination.mode,
        )


class OidcResponder:
    """The `Responder` of interactions: what the flow has decided, in the protocol's words."""

    def __init__(
        self,
        *,
        responses: AuthorizationResponses,
        relying_parties: RelyingParties,
        codes: AuthorizationCodes,
        tally: Tally,
        subjects: SubjectClaims,
        database: Database,
        levels: Sequence[VerificationLevel],
        clock: Clock,
    ) -> None:
        self._responses = responses
        self._relying_parties = relying_parties
        self._codes = codes
        self._tally = tally
        self._subjects = subjects
        self._database = database
        self._levels = levels
        self._clock = clock

    def approve(self, interaction: Interaction, session: Session) -> AuthorizationResponse:
        """Make a grant for the session's citizen, and hand out its code. Raises `NotAgreed`."""
        request = _request_of(interaction)
        relying_party = self._relying_parties.find(request.client_id)
        if relying_party is None or not relying_party.enabled:
            return self._responses.error(destination_of(request), UnauthorizedClient())
        authorization = self._grant(request, relying_party, session)
        code = self._codes.issue(
            AuthorizationCode(
                authorization=authorization,
                redirect_uri=request.redirect_uri,
                nonce=request.nonce,
                code_challenge=request.code_challenge,
            ),
            self._signed_in(interaction, authorization),
        )
        return self._responses.code(destination_of(request), code)

    def refuse(self, interaction: Interaction, error: str) -> AuthorizationResponse:
        """Tell the relying party *error*."""
        request = _request_of(interaction)
        self._tally.count(Tick(Measure.REFUSED, request.client_id, error, self._clock.now()))
        return self._responses.error(destination_of(request), _REFUSALS[error]())

    def is_about(self, request: AuthorizationRequest, citizen_id: CitizenId) -> bool:
        """Whether each of the request's `subjects` is this citizen's name there."""
        relying_party = self._relying_parties.find(request.client_id)
        return relying_party is not None and request.subjects <= {
            self._subjects.name(citizen_id, relying_party)
        }

    def _signed_in(self, interaction: Interaction, authorization: Authorization) -> Tick:
        """What is counted of an answer with a code."""
        now, waited = self._clock.now(), None
        if Prompt.NONE in _request_of(interaction).prompt:
            way = Way.SILENT
        elif authorization.auth_time < interaction.started_at:
            way = Way.SESSION
        else:
            way, waited = Way.ANEW, now - interaction.started_at
        return signed_in(
            authorization.client_id,
            way=way,
            level=authorization.verification_level,
            waited=waited,
            at=now,
        )

    def _grant(
        self, request: AuthorizationRequest, relying_party: RelyingParty, session: Session
    ) -> Authorization:
        now = self._clock.now()
        authentication = session.authentication
        given = released(relying_party, request)
        with self._database.writing_rows() as transaction:
            evidence = citizens.evidence_of(transaction, authentication.citizen_id)
            verified = verification_level(evidence, self._levels, now).level
            authenticated = authentication_level(authentication.amr)
            authorization = Authorization(
                grant_id=GrantId(new_handle()),
                client_id=relying_party.client_id,
                citizen_id=authentication.citizen_id,
                session_id=session.id,
                scope=_agreed_scope(transaction, request, authentication.citizen_id),
                claims=tuple(sorted(given.userinfo)),
                id_token_claims=tuple(sorted(given.id_token)),
                acr=chosen_acr(request.acr_values, acr_reached(verified, authenticated)),
                amr=authentication.amr,
                auth_time=authentication.auth_time,
                verification_level=verified,
                authentication_level=authenticated,
            )
            if not grants.add(transaction, authorization, at=now):
                raise NotAgreed
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


def _agreed_scope(
    transaction: Source, request: AuthorizationRequest, citizen_id: CitizenId
) -> tuple[str, ...]:
    """The scope, without `offline_access` unless the citizen agreed to that (Core §11)."""
    if OFFLINE_ACCESS not in request.scope:
        return request.scope
    if OFFLINE_ACCESS in consented_claims(transaction, citizen_id, request.client_id):
        return request.scope
    return tuple(name for name in request.scope if name != OFFLINE_ACCESS)


def destination_of(request: AuthorizationRequest) -> Destination:
    """Where the answer to *request* goes."""
    return Destination(request.redirect_uri, request.state, request.response_mode)


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
