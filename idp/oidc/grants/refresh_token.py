"""`grant_type=refresh_token` (RFC 6749 §6, OpenID Connect Core §12)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from authlib.oauth2.rfc6749.grants import RefreshTokenGrant

from idp.audit.events import RefreshTokenReused
from idp.audit.log import record
from idp.citizens import store as citizens
from idp.citizens.rules import VerificationLevel, verification_level
from idp.core.clock import Clock
from idp.core.environment import Environment
from idp.db.database import Database
from idp.db.rows import Source
from idp.failures.model import Cause, Fault
from idp.failures.rules import shown
from idp.grants.model import Authorization
from idp.grants.ports import AccessTokens
from idp.grants.refresh_families import Ended, RefreshFamilies
from idp.oidc.errors import InvalidGrant, InvalidRequest, ScopeNotGranted
from idp.oidc.grants.token_response import TokenResponses
from idp.oidc.id_token import claims_asked_for
from idp.oidc.respond import chosen_acr
from idp.relying_parties.admission import admits
from idp.relying_parties.claims import LEVEL_CLAIM, narrowed_claims
from idp.relying_parties.model import RelyingParty
from idp.sessions.rules import acr_reached


class Refreshing:
    """Spends refresh tokens for their successors, and makes the tokens that go with them."""

    def __init__(
        self,
        *,
        families: RefreshFamilies,
        tokens: AccessTokens,
        responses: TokenResponses,
        database: Database,
        levels: Sequence[VerificationLevel],
        deployment: Environment,
        clock: Clock,
    ) -> None:
        self._families = families
        self._tokens = tokens
        self._responses = responses
        self._database = database
        self._levels = levels
        self._deployment = deployment
        self._clock = clock

    def __call__(
        self, value: str, relying_party: RelyingParty, scope: str | None
    ) -> dict[str, object]:
        """
        The members of the token response.

        *scope* may name less than was granted; the successor can still be used for all of it.
        Raises `InvalidGrant`, and `ScopeNotGranted`, which spends nothing.
        """
        now = self._clock.now()
        with self._database.writing_rows() as transaction:
            outcome = self._families.rotate(transaction, value, relying_party.client_id, now)
            if outcome is None:
                unknown = Fault(cause=Cause.REFRESH_TOKEN_UNKNOWN)
                raise InvalidGrant(
                    "unknown, expired, revoked or another client's refresh token", unknown
                )
            if isinstance(outcome, Ended):
                self._record_reuse(transaction, outcome, now)
            else:
                self._refuse_other_environment(transaction, outcome.authorization, relying_party)
                authorization = _within(
                    self._as_of_now(transaction, outcome.authorization, now), relying_party, scope
                )
                asked_for = claims_asked_for(transaction, authorization)
        if isinstance(outcome, Ended):
            self._tokens.revoke([outcome.family_id, outcome.authorization.grant_id])
            raise InvalidGrant("reused refresh token", Fault(cause=Cause.REFRESH_TOKEN_REUSED))
        return self._responses.make(
            authorization,
            relying_party,
            asked_for=asked_for,
            access_token=self._responses.refreshed(authorization, outcome.family_id),
            refresh_token=outcome.successor,
        )

    def _as_of_now(
        self, transaction: Source, authorization: Authorization, now: datetime
    ) -> Authorization:
        """
        What the sign-in was, with the level that the citizen's evidence speaks for today.

        A family lasts for months: evidence lapses meanwhile, and no token may say more than is so.
        """
        evidence = citizens.evidence_of(transaction, authorization.citizen_id)
        verified = verification_level(evidence, self._levels, now).level
        reached = acr_reached(verified, authorization.authentication_level)
        return replace(
            authorization,
            verification_level=verified,
            acr=chosen_acr((authorization.acr,), reached),
        )

    def _refuse_other_environment(
        self, transaction: Source, authorization: Authorization, relying_party: RelyingParty
    ) -> None:
        """
        Raise `InvalidGrant` where the relying party may not let the citizen in (any more).

        A family outlives the day on which a deployment that was for trying begins to serve.
        """
        if self._deployment is Environment.SANDBOX:
            return
        test_person = citizens.is_test_person(transaction, authorization.citizen_id)
        if not admits(relying_party.environment, self._deployment, test_person=test_person):
            raise InvalidGrant("a test person in production, or a real one in a sandbox")

    def _record_reuse(self, transaction: Source, ended: Ended, now: datetime) -> None:
        authorization = ended.authorization
        record(
            transaction,
            RefreshTokenReused(
                citizen_id=authorization.citizen_id,
                client_id=authorization.client_id,
                grant_id=authorization.grant_id,
            ),
            now,
        )


def _within(
    authorization: Authorization, relying_party: RelyingParty, scope: str | None
) -> Authorization:
    """The authorization with what is asked for of it, and no claim the registration lost since."""
    granted = authorization.scope
    asked = granted if scope is None else tuple(dict.fromkeys(scope.split()))
    if not asked or not set(asked) <= set(granted):
        raise ScopeNotGranted(
            fault=Fault(
                cause=Cause.SCOPE_NOT_GRANTED,
                sent=shown(" ".join(asked)),
                registered=" ".join(granted),
            )
        )
    dropped = set(granted) - set(asked)
    allowed = relying_party.claims | {LEVEL_CLAIM}
    return replace(
        authorization,
        scope=asked,
        claims=tuple(
            claim for claim in narrowed_claims(authorization.claims, dropped) if claim in allowed
        ),
        id_token_claims=tuple(claim for claim in authorization.id_token_claims if claim in allowed),
    )


class RefreshGrant(RefreshTokenGrant):  # type: ignore[misc]
    """In Authlib's registry; its own order saves before it revokes, so ours replaces it."""

    def validate_token_request(self) -> None:
        """Check what can be checked before the token is looked for."""
        self.request.client.check_grant_type(self.GRANT_TYPE)
        if not self.request.form.get("refresh_token"):
            missing = Fault(cause=Cause.PARAMETER_MISSING, parameter="refresh_token")
            raise InvalidRequest("refresh_token is missing", missing)

    def create_token_response(self) -> tuple[int, dict[str, object], list[tuple[str, str]]]:
        """Spend, then make."""
        content = self.server.refreshing(
            self.request.form["refresh_token"],
            self.request.client.relying_party,
            self.request.form.get("scope"),
        )
        return 200, content, []
