"""Finding whose password is forgotten, and telling nobody whether anybody was found."""

from idp.citizens import store
from idp.citizens.model import CitizenId
from idp.core.phone_number import PhoneNumber
from idp.db.database import Database
from idp.db.encryption import BlindIndex


class FindAccount:
    """Looks a citizen up by identity number and registered phone: one query, whatever is found."""

    def __init__(self, *, database: Database, index: BlindIndex) -> None:
        self._database = database
        self._index = index

    def __call__(self, typed_number: str, phone_number: PhoneNumber) -> CitizenId | None:
        """The citizen to whom both belong."""
        number = store.typed_number_index(self._index, typed_number)
        phone = store.phone_number_index(self._index, phone_number)
        with self._database.reading() as reading:
            return store.holder_of_both(reading, number, phone)
