"""`grant_type=authorization_code` (RFC 6749 §4.1.3, RFC 7636)."""

import hmac
import re
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from typing import Final

from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant

from idp.audit.events import CodeReplayed, TokensIssued
from idp.audit.log import record
from idp.core import base64url
from idp.core.clock import Clock
from idp.core.handles import Handle
from idp.db.database import Database
from idp.failures.model import Cause, Fault
from idp.failures.rules import uri_fault
from idp.grants import store as grants
from idp.grants.model import AuthorizationCode, GrantId, Redeemed, Redemption, Replayed
from idp.grants.ports import AccessTokens, AuthorizationCodes
from idp.grants.refresh_families import RefreshFamilies, revoke_of_grant
from idp.integration_tests.rehearsed import RehearsedCode
from idp.oidc.errors import InvalidClient, InvalidGrant, InvalidRequest
from idp.oidc.grants.shapes import Client
from idp.oidc.grants.token_response import TokenResponses
from idp.oidc.id_token import claims_asked_for
from idp.oidc.rehearsal import Rehearsals
from idp.relying_parties.claims import OFFLINE_ACCESS
from idp.relying_parties.model import RelyingParty
from idp.relying_parties.ports import RelyingParties

_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}")  # RFC 7636 §4.1


@dataclass(frozen=True, slots=True)
class SpentCode:
    """A code that is spent, and the access token it gave, which nobody has yet."""

    code: AuthorizationCode
    access_token: Handle

    def get_redirect_uri(self) -> str:
        """What Authlib's grant asks for."""
        return self.code.redirect_uri


class CodeRedemption:
    """Spends codes, and makes tokens of what is spent."""

    def __init__(
        self,
        *,
        codes: AuthorizationCodes,
        tokens: AccessTokens,
        families: RefreshFamilies,
        responses: TokenResponses,
        rehearsals: Rehearsals,
        relying_parties: RelyingParties,
        database: Database,
        clock: Clock,
    ) -> None:
        self._codes = codes
        self._tokens = tokens
        self._families = families
        self._responses = responses
        self._rehearsals = rehearsals
        self._relying_parties = relying_parties
        self._database = database
        self._clock = clock

    def spend(self, value: str, relying_party: RelyingParty) -> SpentCode | RehearsedCode:
        """
        Spend the code, for this caller alone.

        A replay ends everything that the code gave (RFC 6749 §4.1.2). Raises `InvalidGrant`, and
        `InvalidClient` where the relying party was disabled a moment ago.
        """
        fresh = self._responses.fresh()
        outcome = self._codes.redeem(value, relying_party.client_id, fresh=fresh)
        self._relying_parties.catch_up(outcome.registry_version)
        current = self._relying_parties.find(relying_party.client_id)
        if isinstance(outcome, Replayed):
            self._end(outcome.grant_id, relying_party)
        if current is None or not current.enabled:
            raise InvalidClient("disabled", Fault(cause=Cause.DISABLED_CLIENT))
        if isinstance(outcome, Redeemed):
            return SpentCode(outcome.code, fresh.value)
        if isinstance(outcome, Replayed):
            raise InvalidGrant("replayed", Fault(cause=Cause.CODE_REPLAYED))
        rehearsed = self._rehearsals.redeem(value, current)
        if rehearsed is not None:
            return rehearsed
        raise InvalidGrant("unknown code", self._lost(value, relying_party))

    def _lost(self, value: str, relying_party: RelyingParty) -> Fault:
        """Why a code is not there: for the team of whoever brought it, the answer says nothing."""
        issued_to = self._codes.issued_to(value)
        if issued_to is None:
            return Fault(cause=Cause.CODE_UNKNOWN)
        own = issued_to == relying_party.client_id
        return Fault(cause=Cause.CODE_EXPIRED if own else Cause.CODE_OF_ANOTHER)

    def mint(
        self, spent: SpentCode | RehearsedCode, relying_party: RelyingParty
    ) -> dict[str, object]:
        """The members of the token response for a code that is spent. Raises `InvalidGrant`."""
        if isinstance(spent, RehearsedCode):
            sign = partial(self._rehearsals.sign, spent, relying_party)
            return self._responses.rehearse(spent, relying_party, sign)
        authorization, now = spent.code.authorization, self._clock.now()
        refresh_token = None
        with self._database.writing_rows() as transaction:
            redemption = grants.mark_redeemed(transaction, authorization.grant_id, now)
            if redemption is Redemption.ENDED:
                raise InvalidGrant("grant revoked")
            asked_for = claims_asked_for(transaction, authorization)
            # After a replay the answer stands, and its tokens are dead: no family is begun.
            if OFFLINE_ACCESS in authorization.scope and redemption is Redemption.LIVE:
                refresh_token = self._families.begin(transaction, authorization, now)
            record(
                transaction,
                TokensIssued(
                    citizen_id=authorization.citizen_id,
                    client_id=authorization.client_id,
                    grant_id=authorization.grant_id,
                ),
                now,
            )
        return self._responses.make(
            authorization,
            relying_party,
            asked_for=asked_for,
            access_token=spent.access_token,
            nonce=spent.code.nonce,
            refresh_token=refresh_token,
        )

    def _end(self, grant_id: GrantId, relying_party: RelyingParty) -> None:
        self._tokens.revoke([grant_id])
        now = self._clock.now()
        with self._database.transaction() as transaction:
            # The grant first: whoever redeems its code at this moment has begun the family by
            # then, or begins none.
            grants.revoke_replayed(transaction, grant_id, now)
            families = revoke_of_grant(transaction, grant_id, now)
            event = CodeReplayed(client_id=relying_party.client_id, grant_id=grant_id)
            record(transaction, event, now)
        self._tokens.revoke(families)


class CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]
    """Authlib checks in its `validate_token_request`: client, grant type, code, redirect URI."""

    def authenticate_token_endpoint_client(self) -> Client:
        """Authenticated before the grant was looked for."""
        client: Client = self.request.client
        return client

    def validate_token_request(self) -> None:
        """Check what is sent before anything is spent."""
        self.authenticate_token_endpoint_client().check_grant_type(self.GRANT_TYPE)
        if not self.request.form.get("code"):
            missing = Fault(cause=Cause.PARAMETER_MISSING, parameter="code")
            raise InvalidRequest("code is missing", missing)
        super().validate_token_request()

    def query_authorization_code(self, code: str, client: Client) -> SpentCode | RehearsedCode:
        """Spend the code: whatever fails after this, it is gone."""
        spent: SpentCode | RehearsedCode = self.server.redemption.spend(code, client.relying_party)
        self.request.confirm()
        _check_redirect_uri(self.request.form.get("redirect_uri"), spent.code.redirect_uri)
        return spent

    def create_token_response(self) -> tuple[int, dict[str, object], list[tuple[str, str]]]:
        """Check the verifier and make the tokens."""
        spent: SpentCode | RehearsedCode = self.request.authorization_code
        check_verifier(self.request.form.get("code_verifier"), spent.code.code_challenge)
        content = self.server.redemption.mint(spent, self.request.client.relying_party)
        return 200, content, []


def _check_redirect_uri(sent: str | None, asked_with: str) -> None:
    """RFC 6749 §4.1.3: the very one of the authorization request. Raises `InvalidGrant`."""
    if sent == asked_with:
        return
    fault = uri_fault("redirect_uri", sent or "", [asked_with])
    raise InvalidGrant("another redirect_uri", replace(fault, cause=Cause.CODE_WITH_OTHER_URI))


def check_verifier(verifier: str | None, challenge: str | None) -> None:
    """
    PKCE with S256 (RFC 7636 §4.6). Raises `InvalidGrant`.

    A verifier without a challenge is refused too: somebody took the challenge out of the request
    (RFC 9700 §2.1.1, downgrade).
    """
    if challenge is None and verifier is None:
        return
    if challenge is None or verifier is None or not _VERIFIER.fullmatch(verifier):
        fault = _verifier_fault(verifier, expected=challenge is not None)
        raise InvalidGrant("code_verifier is missing, malformed or not expected", fault)
    made = base64url.encode(sha256(verifier.encode("ascii")).digest())
    if not hmac.compare_digest(made, challenge):
        raise InvalidGrant("code_verifier does not fit", Fault(cause=Cause.VERIFIER_WRONG))


def _verifier_fault(verifier: str | None, *, expected: bool) -> Fault:
    if verifier is None:
        return Fault(cause=Cause.VERIFIER_MISSING)
    if not expected:
        return Fault(cause=Cause.VERIFIER_UNEXPECTED)
    return Fault(cause=Cause.VERIFIER_MALFORMED, sent=str(len(verifier)))
