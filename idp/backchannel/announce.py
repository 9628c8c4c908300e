"""Putting logout tokens into the outbox, with the end of the session they tell of."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from idp.backchannel import store
from idp.backchannel.model import DeliveryId, Reached
from idp.backchannel.ports import LogoutWakes
from idp.citizens.model import CitizenId
from idp.citizens.rules import pairwise_subject
from idp.core.clock import Clock
from idp.core.mac import Mac
from idp.relying_parties.ports import CurrentRelyingParties
from idp.sessions.rules import sid


class AnnounceLogout:
    """Tells the relying parties that registered a back-channel address; *key* makes subjects."""

    def __init__(
        self,
        *,
        relying_parties: CurrentRelyingParties,
        key: bytes,
        wakes: LogoutWakes,
        clock: Clock,
    ) -> None:
        self._relying_parties = relying_parties
        self._key = Mac(key)
        self._wakes = wakes
        self._clock = clock

    def prepare(self) -> None:
        """Learn of those who registered lately; before the transaction, since it may take time."""
        self._relying_parties.catch_up_now()

    def write(
        self, transaction: Session, citizen_id: CitizenId, reached: Iterable[Reached]
    ) -> tuple[DeliveryId, ...]:
        """
        Write a row for each, in the caller's transaction: they stand if the session's end does.

        What is written goes to `wake` after the commit.
        """
        now = self._clock.now()
        written = []
        for each in reached:
            relying_party = self._relying_parties.find(each.client_id)
            if relying_party is None or relying_party.logout.backchannel_uri is None:
                continue
            sector = relying_party.sector
            written.append(
                store.add(
                    transaction,
                    citizen_id=citizen_id,
                    client_id=each.client_id,
                    session_id=each.session_id,
                    sid=sid(self._key, sector, each.session_id),
                    sub=pairwise_subject(self._key, sector, citizen_id),
                    at=now,
                )
            )
        return tuple(written)

    def wake(self, deliveries: Iterable[DeliveryId]) -> None:
        """Have the worker send them now."""
        for delivery in deliveries:
            self._wakes.wake(delivery)
