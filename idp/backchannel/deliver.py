"""Sending one logout token, once, and noting what became of it."""

from collections.abc import Callable

import structlog

from idp.audit.events import LogoutConfirmed, LogoutUnconfirmed
from idp.audit.log import record
from idp.backchannel import store
from idp.backchannel.model import Claimed, DeliveryId, DeliveryState, Outcome
from idp.backchannel.ports import LogoutNotSent, LogoutSender, LogoutTokens, LogoutWakes
from idp.backchannel.rules import LEASE, answered, may_be_here, unanswered
from idp.backchannel.sweep import SWEPT_EVERY
from idp.core.clock import Clock
from idp.db.database import Database
from idp.relying_parties.model import ClientId
from idp.relying_parties.ports import CurrentRelyingParties

log = structlog.get_logger(__name__)


class DeliverLogout:
    """
    What the worker does with a delivery it was woken for.

    Any number of workers may be woken for the same one, at any time: the first to take the row
    sends, and all others find nothing to do.
    """

    def __init__(
        self,
        *,
        database: Database,
        relying_parties: CurrentRelyingParties,
        tokens: LogoutTokens,
        sender: LogoutSender,
        wakes: LogoutWakes,
        jitter: Callable[[], float],
        clock: Clock,
    ) -> None:
        self._database = database
        self._relying_parties = relying_parties
        self._tokens = tokens
        self._sender = sender
        self._wakes = wakes
        self._jitter = jitter
        self._clock = clock

    def client_waiting_for(self, delivery_id: DeliveryId) -> ClientId | None:
        """Whom it is for; `None` when nothing is left to send."""
        with self._database.reading() as reading:
            return store.client_waiting_for(reading, delivery_id)

    def __call__(self, delivery_id: DeliveryId) -> None:
        """Send it, if it is due and nobody else is sending it."""
        self._relying_parties.catch_up_now()
        with self._database.transaction() as transaction:
            claimed = store.claim(transaction, delivery_id, self._clock.now(), lease=LEASE)
        if claimed is None:
            return
        outcome = self._attempt(claimed)
        now = self._clock.now()
        with self._database.transaction() as transaction:
            settled = store.settle(transaction, claimed, outcome, now)
            if settled and outcome.state is DeliveryState.DELIVERED:
                record(
                    transaction,
                    LogoutConfirmed(
                        citizen_id=claimed.citizen_id,
                        client_id=claimed.client_id,
                        attempts=claimed.attempts,
                    ),
                    now,
                )
            elif settled and outcome.state is not DeliveryState.PENDING:
                record(
                    transaction,
                    LogoutUnconfirmed(
                        citizen_id=claimed.citizen_id,
                        client_id=claimed.client_id,
                        attempts=claimed.attempts,
                        state=outcome.state,
                        reason=outcome.error or "",
                    ),
                    now,
                )
        log.info(
            "logout.attempted",
            client_id=claimed.client_id,
            attempt=claimed.attempts,
            state=outcome.state,
            error=outcome.error,
        )
        at = outcome.next_attempt_at
        if settled and at is not None and at - now < SWEPT_EVERY:
            self._wakes.wake(claimed.id, after=at - now)

    def _attempt(self, claimed: Claimed) -> Outcome:
        """Send; no database connection is held while the other side takes its time."""
        relying_party = self._relying_parties.find(claimed.client_id)
        if relying_party is None or not relying_party.enabled:
            return Outcome(DeliveryState.FAILED, "not_registered")
        uri = relying_party.logout.backchannel_uri
        if uri is None:
            return Outcome(DeliveryState.FAILED, "no_address")
        try:
            # RFC 7519 §4.1.7: each attempt is another token, so it gets another name.
            token = self._tokens.issue(
                relying_party,
                sub=claimed.sub,
                sid=claimed.sid,
                jti=f"{claimed.jti}.{claimed.attempts}",
            )
            status = self._sender.send(uri, token, loopback=may_be_here(relying_party, uri))
        except LogoutNotSent as error:
            return self._again(claimed, error.cause)
        except Exception:
            # The row stays, whatever we did wrong: a mistake of ours must not lose the message.
            log.exception("logout.broken", client_id=claimed.client_id)
            return self._again(claimed, "internal")
        state = answered(status)
        if state is DeliveryState.PENDING:
            return self._again(claimed, f"status_{status}")
        return Outcome(state, None if state is DeliveryState.DELIVERED else f"status_{status}")

    def _again(self, claimed: Claimed, error: str) -> Outcome:
        return unanswered(
            error,
            created_at=claimed.created_at,
            attempts=claimed.attempts,
            now=self._clock.now(),
            jitter=self._jitter(),
        )
