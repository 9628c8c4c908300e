"""Keeping what somebody typed who no longer has the registered phone."""

from datetime import timedelta

from idp.carriers.model import ClaimedIdentity
from idp.citizens.blind_indexes import identity_number_index, phone_number_index
from idp.core.clock import Clock
from idp.core.handles import new_handle
from idp.core.phone_number import PhoneNumber
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.recovery.model import PhoneRecovery, PhoneRecoveryId
from idp.throttling.note_exceeded import noting_exceeded
from idp.throttling.ports import Budget, Throttle


class BeginWithOtherPhone:
    """Keeps it, for whoever it is: who has an account is looked up after the phone is proved."""

    def __init__(
        self,
        *,
        database: Database,
        index: BlindIndex,
        throttle: Throttle,
        forms_per_network: Budget,
        kept: timedelta,
        clock: Clock,
    ) -> None:
        self._database = database
        self._index = index
        self._throttle = throttle
        self._forms_per_network = forms_per_network
        self._kept = kept
        self._clock = clock

    def __call__(
        self,
        person: ClaimedIdentity,
        number: PhoneNumber,
        *,
        interaction_id: str,
        client_id: str | None,
        network: str,
    ) -> PhoneRecoveryId:
        """Its handle. Raises `BudgetSpent`: each is a row, whoever sent it."""
        now = self._clock.now()
        self._count(network, client_id)
        recovery_id = PhoneRecoveryId(new_handle())
        with self._database.transaction() as transaction:
            transaction.add(
                PhoneRecovery(
                    id=recovery_id,
                    interaction_id=interaction_id,
                    client_id=client_id,
                    phone_text=number.e164,
                    phone_number_index=phone_number_index(self._index, number),
                    number_text=person.identity_number.value,
                    identity_number_index=identity_number_index(
                        self._index, person.identity_number.value
                    ),
                    name_text=person.full_name.value,
                    birth_date_text=person.birth_date.isoformat(),
                    created_at=now,
                    expires_at=now + self._kept,
                )
            )
        return recovery_id

    def _count(self, network: str, client_id: str | None) -> None:
        with noting_exceeded(self._database, self._clock, client_id=client_id):
            self._throttle.count(self._forms_per_network, network)
