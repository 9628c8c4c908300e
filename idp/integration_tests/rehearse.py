"""
The rehearsed sign-in: what the protocol's endpoints answer to a case.

Implements `idp.oidc.rehearsal.Rehearsals`, where it is said why nothing of it can leak into a
citizen's sign-in; whose requests are a case's, `InThisBrowser` knows.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import TypeAdapter

from idp.citizens.claims import claim_values
from idp.core.clock import Clock
from idp.core.handles import Handle, digest, new_handle
from idp.db.database import Database
from idp.grants.model import Authorization, AuthorizationCode, GrantId
from idp.integration_tests import store
from idp.integration_tests.cases import CASES, Must
from idp.integration_tests.misbehave import signed
from idp.integration_tests.model import CaseName, IntegrationTestAttempt
from idp.integration_tests.person import InventedPerson, citizen_of
from idp.integration_tests.ports import PublicKey, PublishedKeys, Render
from idp.integration_tests.rehearsed import RehearsedCode, RehearsedPerson
from idp.integration_tests.rules import (
    MARK,
    WAITS_FOR,
    can_be_tested,
    class_below,
    class_given,
)
from idp.interactions.model import AuthorizationRequest
from idp.interactions.ports import AuthorizationResponse
from idp.interactions.released import released
from idp.relying_parties.claims import OFFLINE_ACCESS
from idp.relying_parties.model import RelyingParty
from idp.relying_parties.ports import RelyingParties
from idp.sessions.model import SessionId
from idp.sessions.rules import PASSWORD_ALONE, PASSWORD_AND_SMS, levels_wanted, passkey_methods
from idp.signing.material import SigningAlgorithm
from idp.signing.signer import Signer

CODE: Final = TypeAdapter(AuthorizationCode)
ANSWER: Final = TypeAdapter(AuthorizationResponse)
KEY_PUBLISHED_FOR: Final = timedelta(minutes=10)

_METHODS: Final = {
    1: PASSWORD_ALONE,
    2: PASSWORD_AND_SMS,
    3: passkey_methods(copyable=False),
}


class Rehearse:
    """Alters one answer of an attempt, and notes what the portal asks."""

    def __init__(
        self,
        *,
        relying_parties: RelyingParties,
        render: Render,
        signer: Signer,
        keys: PublishedKeys,
        database: Database,
        code_lasts: timedelta,
        token_lasts: timedelta,
        clock: Clock,
    ) -> None:
        self._relying_parties = relying_parties
        self._render = render
        self._signer = signer
        self._keys = keys
        self._database = database
        self._code_lasts = code_lasts
        self._token_lasts = token_lasts
        self._clock = clock

    def answer(self, handle: Handle, wanted: AuthorizationRequest) -> AuthorizationResponse | None:
        """The answer to the one request an attempt waits for; `None` for every other."""
        relying_party = self._relying_parties.find(wanted.client_id)
        if relying_party is None or not can_be_tested(relying_party):
            return None
        now = self._clock.now()
        with self._database.transaction() as transaction:
            attempt = store.waiting(
                transaction, digest(handle), wanted.client_id, since=now - WAITS_FOR
            )
            if attempt is None:
                return None
            must = CASES[attempt.case].must
            value = None if must is Must.EXPLAIN else MARK + new_handle()
            answer = self._render(wanted, self._state(attempt.case, wanted), value)
            code = _code(attempt, wanted, relying_party, now)
            noted = store.note_asked(
                transaction,
                attempt.id,
                at=now,
                asked_for=_asked_for(wanted, relying_party),
                code=None if value is None else CODE.dump_python(code, mode="json"),
                code_digest=None if value is None else digest(value),
                answer=ANSWER.dump_json(answer).decode() if must is Must.SPEND_STATE else None,
            )
        return answer if noted else None

    def redeem(self, value: str, relying_party: RelyingParty) -> RehearsedCode | None:
        """What a case's code stands for, the first time; each time is counted."""
        if not value.startswith(MARK) or not can_be_tested(relying_party):
            return None
        now = self._clock.now()
        access_token = Handle(MARK + new_handle())
        with self._database.transaction() as transaction:
            attempt = store.use_code(
                transaction,
                digest(value),
                relying_party.client_id,
                token_digest=digest(access_token),
                issued_since=now - self._code_lasts,
                at=now,
            )
        if attempt is None or attempt.token_digest != digest(access_token):
            return None
        code = CODE.validate_python(attempt.code)
        names = code.authorization.id_token_claims
        return RehearsedCode(
            attempt.case, code, access_token, asked_for=claim_values(InventedPerson(now), names)
        )

    def sign(
        self, code: RehearsedCode, relying_party: RelyingParty, claims: Mapping[str, Any]
    ) -> str:
        """The ID token of *claims*, with what is wrong in the case; its new key is published."""
        algorithm = SigningAlgorithm(relying_party.id_token_algorithm)
        made = signed(code.case, claims, algorithm=algorithm, signer=self._signer)
        if made.new_key is not None:
            self._keys.publish(made.new_key, self._clock.now() + KEY_PUBLISHED_FOR)
        return made.token

    def userinfo(self, value: str) -> RehearsedPerson | None:
        """Who the invented person is, for the token of a case that is honest; asking is noted."""
        if not value.startswith(MARK):
            return None
        now = self._clock.now()
        with self._database.transaction() as transaction:
            attempt = store.note_userinfo(transaction, digest(value), now)
        if attempt is None or not CASES[attempt.case].is_honest:
            return None
        if attempt.redeemed_at is None or now >= attempt.redeemed_at + self._token_lasts:
            return None
        authorization = CODE.validate_python(attempt.code).authorization
        return RehearsedPerson(
            authorization, claim_values(InventedPerson(now), authorization.claims)
        )

    def keys(self) -> Sequence[PublicKey]:
        """The public keys that cases were signed with a moment ago."""
        return self._keys.current()

    @staticmethod
    def _state(case: CaseName, wanted: AuthorizationRequest) -> str | None:
        return new_handle() if case is CaseName.WRONG_STATE else wanted.state


def _asked_for(wanted: AuthorizationRequest, relying_party: RelyingParty) -> list[str]:
    """What there was in the request to be compared with the answer."""
    asked = {
        "state": wanted.state,
        "nonce": wanted.nonce,
        "level": class_below(wanted, relying_party),
    }
    return [name for name, value in asked.items() if value is not None]


def _code(
    attempt: IntegrationTestAttempt,
    wanted: AuthorizationRequest,
    relying_party: RelyingParty,
    now: datetime,
) -> AuthorizationCode:
    """What an ordinary code would stand for, with ids that no row has."""
    acr = class_given(wanted, relying_party)
    if attempt.case is CaseName.LOWER_LEVEL:
        acr = class_below(wanted, relying_party) or acr
    verified, authenticated = levels_wanted(acr)
    given = released(relying_party, wanted)
    return AuthorizationCode(
        authorization=Authorization(
            grant_id=GrantId(f"integration-test:{attempt.id}"),
            client_id=wanted.client_id,
            citizen_id=citizen_of(attempt.run_id),
            session_id=session_of(attempt),
            scope=tuple(name for name in wanted.scope if name != OFFLINE_ACCESS),
            claims=tuple(sorted(given.userinfo)),
            id_token_claims=tuple(sorted(given.id_token)),
            acr=acr,
            amr=_METHODS[authenticated],
            auth_time=now,
            verification_level=verified,
            authentication_level=authenticated,
        ),
        redirect_uri=wanted.redirect_uri,
        nonce=wanted.nonce,
        code_challenge=wanted.code_challenge,
    )


def session_of(attempt: IntegrationTestAttempt) -> SessionId:
    """What the portals' name of the attempt's session is made of."""
    return SessionId(f"integration-test:{attempt.id}")
