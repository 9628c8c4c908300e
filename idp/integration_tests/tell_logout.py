"""Telling the portal that the case is signed out: first by a forged token, then by a good one."""

from typing import Final

from idp.backchannel.ports import LogoutNotSent, LogoutSender, LogoutTokens
from idp.backchannel.rules import may_be_here
from idp.citizens.rules import pairwise_subject
from idp.core.handles import new_handle
from idp.core.mac import Mac
from idp.db.database import Database
from idp.integration_tests import store
from idp.integration_tests.misbehave import forged
from idp.integration_tests.model import CaseName, Run
from idp.integration_tests.person import citizen_of
from idp.integration_tests.rehearse import session_of
from idp.integration_tests.rules import can_be_tested
from idp.relying_parties.model import RelyingParty
from idp.relying_parties.ports import RelyingParties
from idp.sessions.rules import sid
from idp.signing.material import SigningAlgorithm

NO_ANSWER: Final = 0


class TellLogout:
    """Posts both tokens, and notes what the portal answered; *key* makes subjects."""

    def __init__(
        self,
        *,
        relying_parties: RelyingParties,
        tokens: LogoutTokens,
        sender: LogoutSender,
        key: bytes,
        database: Database,
    ) -> None:
        self._relying_parties = relying_parties
        self._tokens = tokens
        self._sender = sender
        self._key = Mac(key)
        self._database = database

    def __call__(self, run: Run) -> None:
        """Tell of the session that the run's attempt has made; of none, where it made none."""
        relying_party = self._relying_parties.find(run.client_id)
        if relying_party is None or not can_be_tested(relying_party):
            return
        with self._database.reading() as reading:
            attempt = store.attempt_at(reading, run.id, CaseName.SIGN_OUT)
        uri = relying_party.logout.backchannel_uri
        if attempt is None or attempt.redeemed_at is None or uri is None:
            return
        sector = relying_party.sector
        sub = pairwise_subject(self._key, sector, citizen_of(run.id))
        named = sid(self._key, sector, session_of(attempt))
        bad, good = (
            self._tokens.issue(relying_party, sub=sub, sid=named, jti=new_handle())
            for _ in range(2)
        )
        algorithm = SigningAlgorithm(relying_party.id_token_algorithm)
        # The forged one first: after the good one there is no session for it to end.
        refused = self._send(relying_party, uri, forged(bad, algorithm))
        taken = self._send(relying_party, uri, good)
        with self._database.transaction() as transaction:
            store.note_logout(transaction, attempt.id, forged=refused, real=taken)

    def _send(self, relying_party: RelyingParty, uri: str, token: str) -> int:
        try:
            return self._sender.send(uri, token, loopback=may_be_here(relying_party, uri))
        except LogoutNotSent:
            return NO_ANSWER
