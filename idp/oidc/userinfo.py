"""The UserInfo endpoint (OpenID Connect Core §5.3, RFC 6750)."""

from collections.abc import Mapping
from typing import Final

from idp.citizens import store as citizens
from idp.citizens.claims import claim_values
from idp.citizens.model import ClaimValue
from idp.db.database import Database
from idp.failures.model import Cause, Fault
from idp.grants.model import AccessToken, Authorization
from idp.grants.ports import AccessTokens
from idp.integration_tests.rehearsed import RehearsedPerson
from idp.oidc.bearer import bearer_token, no_token, refused_token
from idp.oidc.errors import InsufficientScope, InvalidRequest, InvalidToken
from idp.oidc.http import NO_STORE, ProtocolRequest, ProtocolResponse, json_response
from idp.oidc.id_token import SubjectClaims
from idp.oidc.rehearsal import Rehearsals
from idp.oidc.vnconnect_claims import vnconnect_claims
from idp.relying_parties.claims import OPENID
from idp.relying_parties.model import RelyingParty
from idp.relying_parties.ports import RelyingParties
from idp.signing.material import SigningAlgorithm
from idp.signing.signer import Signer

REALM: Final = "userinfo"


class UserinfoEndpoint:
    """`GET` and `POST /userinfo`: what the citizen agreed to share, as it is now."""

    def __init__(
        self,
        *,
        issuer: str,
        tokens: AccessTokens,
        subjects: SubjectClaims,
        signer: Signer,
        rehearsals: Rehearsals,
        relying_parties: RelyingParties,
        database: Database,
    ) -> None:
        self._issuer = issuer
        self._tokens = tokens
        self._subjects = subjects
        self._signer = signer
        self._rehearsals = rehearsals
        self._relying_parties = relying_parties
        self._database = database

    def __call__(self, request: ProtocolRequest) -> ProtocolResponse:
        """Answer for the token; every failure as RFC 6750 §3.1 says."""
        try:
            value = bearer_token(request)
        except InvalidRequest as error:
            return refused_token(REALM, error)
        if value is None:
            return no_token(REALM)
        found = self._tokens.look_up(value)
        self._relying_parties.catch_up(found.registry_version)
        token = found.token
        if token is None and (rehearsed := self._rehearsals.userinfo(value)) is not None:
            return self._rehearsed(rehearsed)
        relying_party = None if token is None else self._relying_party(token.authorization)
        if token is None or relying_party is None:
            unknown = Fault(cause=Cause.ACCESS_TOKEN_UNKNOWN)
            return refused_token(REALM, InvalidToken(fault=unknown))
        if OPENID not in token.authorization.scope:
            return refused_token(REALM, InsufficientScope())  # refreshed for less (RFC 6749 §6)
        return self._answer(self._claims(token, relying_party), relying_party)

    def _rehearsed(self, person: RehearsedPerson) -> ProtocolResponse:
        relying_party = self._relying_party(person.authorization)
        if relying_party is None or OPENID not in person.authorization.scope:
            return refused_token(REALM, InvalidToken())
        claims = self._named(person.values, person.authorization, relying_party)
        return self._answer(claims, relying_party)

    def _relying_party(self, authorization: Authorization) -> RelyingParty | None:
        found = self._relying_parties.find(authorization.client_id)
        return found if found is not None and found.enabled else None

    def _claims(self, token: AccessToken, relying_party: RelyingParty) -> Mapping[str, object]:
        authorization = token.authorization
        with self._database.reading_rows() as reading:
            citizen = citizens.claim_record(reading, authorization.citizen_id)
        values = claim_values(citizen, authorization.claims)
        return self._named(values, authorization, relying_party)

    def _named(
        self,
        values: Mapping[str, ClaimValue],
        authorization: Authorization,
        relying_party: RelyingParty,
    ) -> Mapping[str, object]:
        """The claims under the names that the relying party's profile has for them."""
        if relying_party.profile.vnconnect_claims:
            subject = self._subjects.name(authorization.citizen_id, relying_party)
            return vnconnect_claims(subject, values, acr=authorization.acr)
        return {**values, **self._subjects.of(authorization, relying_party)}

    def _answer(
        self, claims: Mapping[str, object], relying_party: RelyingParty
    ) -> ProtocolResponse:
        """As JSON, or signed where the registration asks for it (Core §5.3.2)."""
        if relying_party.userinfo_algorithm is None:
            return json_response(200, claims, client_id=relying_party.client_id)
        signed = self._signer.sign(
            {**claims, "iss": self._issuer, "aud": relying_party.client_id},
            algorithm=SigningAlgorithm(relying_party.userinfo_algorithm),
        )
        headers = (("Content-Type", "application/jwt"), *NO_STORE)
        return ProtocolResponse(
            200, headers, signed.encode("ascii"), client_id=relying_party.client_id
        )
