"""Recording what the citizen answered."""

from idp.audit.events import ConsentGiven, ConsentRefused
from idp.audit.log import record
from idp.citizens.model import CitizenId
from idp.consents import store
from idp.core.clock import Clock
from idp.db.database import Database
from idp.relying_parties.model import ClientId


class DecideConsent:
    """Keeps a consent with its ledger entry, or notes the refusal."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def allow(
        self, citizen_id: CitizenId, client_id: ClientId, claims: frozenset[str], *, shown: str
    ) -> None:
        """Keep the consent; the text that was *shown* is kept, its hash in the ledger."""
        now = self._clock.now()
        with self._database.transaction() as transaction:
            store.give(
                transaction,
                citizen_id=citizen_id,
                client_id=client_id,
                claims=claims,
                text_hash=store.keep_text(transaction, shown, now),
                at=now,
            )
            record(
                transaction,
                ConsentGiven(
                    citizen_id=citizen_id, client_id=client_id, claims=tuple(sorted(claims))
                ),
                now,
            )

    def deny(self, citizen_id: CitizenId, client_id: ClientId) -> None:
        """Note that the citizen did not agree; an earlier consent stands."""
        with self._database.transaction() as transaction:
            record(
                transaction,
                ConsentRefused(citizen_id=citizen_id, client_id=client_id),
                self._clock.now(),
            )
