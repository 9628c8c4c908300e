"""Withdrawing a consent: from then on the portal gets nothing, and is told that it is over."""

from idp.audit.events import ConsentWithdrawn
from idp.audit.log import record
from idp.backchannel.announce import AnnounceLogout
from idp.backchannel.model import Reached
from idp.backchannel.rules import PORTAL_SESSION
from idp.citizens.model import CitizenId
from idp.consents import store as consents
from idp.core.clock import Clock
from idp.db.database import Database
from idp.grants import store as grants
from idp.grants.ports import AccessTokens
from idp.grants.refresh_families import revoke_of_consent
from idp.interactions.sign_in import SignIn
from idp.relying_parties.model import ClientId


class WithdrawConsent:
    """
    Ends a consent with everything that hangs on it.

    The citizen's session here goes on; the portal's own is to end, by back-channel logout. What it
    got before stays with the portal: the page says so.
    """

    def __init__(
        self,
        *,
        sign_in: SignIn,
        tokens: AccessTokens,
        announce: AnnounceLogout,
        database: Database,
        clock: Clock,
    ) -> None:
        self._sign_in = sign_in
        self._tokens = tokens
        self._announce = announce
        self._database = database
        self._clock = clock

    def __call__(self, citizen_id: CitizenId, client_id: ClientId, *, shown: str) -> bool:
        """Do so; the text that was *shown* is kept. False where nothing is shared."""
        now = self._clock.now()
        live = [each.session.id for each in self._sign_in.sessions_of(citizen_id)]
        self._announce.prepare()
        with self._database.transaction() as transaction:
            claims = consents.withdraw(
                transaction,
                citizen_id=citizen_id,
                client_id=client_id,
                text_hash=consents.keep_text(transaction, shown, now),
                at=now,
            )
            if not claims:
                return False
            reached = grants.reached_by_citizen(
                transaction, citizen_id, sessions=live, since=now - PORTAL_SESSION
            )
            # The grants first: a code that is redeemed at this moment begins its family before
            # that, or not at all.
            ended = grants.revoke_of_client(transaction, citizen_id, client_id, now)
            families = revoke_of_consent(transaction, citizen_id, client_id, now)
            told = self._announce.write(
                transaction,
                citizen_id,
                [Reached(client, session) for client, session in reached if client == client_id],
            )
            event = ConsentWithdrawn(
                citizen_id=citizen_id, client_id=client_id, claims=tuple(sorted(claims))
            )
            record(transaction, event, now)
        self._tokens.revoke([*ended, *families])
        self._announce.wake(told)
        return True
