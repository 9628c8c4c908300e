"""The registry that every worker holds in memory."""

from collections.abc import Mapping
from threading import Lock

from idp.db.database import Database
from idp.relying_parties import store
from idp.relying_parties.model import ClientId, RelyingParty
from idp.relying_parties.ports import RegistryVersion
from idp.relying_parties.store import Loaded


class Registry:
    """
    All relying parties, loaded from SQL at the start and whenever their version has moved.

    Versions are compared for being equal, not for order: a volatile store that lost its number
    begins again at nought, and is then as good a reason to look.
    """

    def __init__(self, database: Database, version: RegistryVersion) -> None:
        self._database = database
        self._version = version
        self._loading = Lock()
        # Before the rows: a change between the two must look like a change afterwards.
        self._held = version.current()
        self._loaded = self._load({})

    def find(self, client_id: ClientId) -> RelyingParty | None:
        """
        The relying party of that id, enabled or not.

        One that is not known may have registered itself a moment ago, with another process: that
        is worth one question to the volatile store.
        """
        found = self._loaded.get(client_id)
        if found is None:
            self.catch_up_now()
            found = self._loaded.get(client_id)
        return None if found is None else found.relying_party

    def all(self) -> tuple[RelyingParty, ...]:
        """Every relying party, by its id."""
        loaded = self._loaded
        return tuple(loaded[name].relying_party for name in sorted(loaded))

    def catch_up(self, version: int) -> None:
        """Reload where *version* is not the one held."""
        if version == self._held:
            return
        with self._loading:
            if version != self._held:
                self._loaded = self._load(self._loaded)
                self._held = version

    def catch_up_now(self) -> None:
        """Ask for the version first: one question to the volatile store."""
        self.catch_up(self._version.current())

    def _load(self, held: Mapping[ClientId, Loaded]) -> Mapping[ClientId, Loaded]:
        with self._database.reading() as reading:
            return store.all_of(reading, held)
