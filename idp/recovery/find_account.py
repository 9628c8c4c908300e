"""Finding whose password is forgotten, and telling nobody whether anybody was found."""

from dataclasses import dataclass

from idp.citizens import store as citizens
from idp.citizens.blind_indexes import phone_number_index, typed_number_index
from idp.citizens.model import CitizenId
from idp.core.clock import Clock
from idp.core.phone_number import PhoneNumber
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.recovery import store
from idp.recovery.model import PhoneRecoveryId


@dataclass(frozen=True, slots=True)
class Found:
    """
    The citizen whose registered phone was typed, or the request that was begun with that phone.

    Neither, where what was typed is nobody's.
    """

    citizen_id: CitizenId | None
    recovery_id: PhoneRecoveryId | None


class FindAccount:
    """Looks a citizen up by identity number and phone: two queries, whatever is found."""

    def __init__(self, *, database: Database, index: BlindIndex, clock: Clock) -> None:
        self._database = database
        self._index = index
        self._clock = clock

    def __call__(self, typed_number: str, phone_number: PhoneNumber) -> Found:
        """Whose both are."""
        number = typed_number_index(self._index, typed_number)
        phone = phone_number_index(self._index, phone_number)
        with self._database.reading() as reading:
            citizen_id = citizens.holder_of_both(reading, number, phone)
            recovery_id = store.waiting_for(reading, number, phone, self._clock.now())
        return Found(citizen_id, None if citizen_id is not None else recovery_id)
