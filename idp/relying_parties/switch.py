"""Keeping a relying party out, at once, and letting it in again."""

from idp.audit.events import RelyingPartyDisabled, RelyingPartyEnabled
from idp.audit.log import record
from idp.core.clock import Clock
from idp.core.reason import Reason
from idp.db.database import Database
from idp.relying_parties import store
from idp.relying_parties.model import ClientId
from idp.relying_parties.ports import RegistryVersion
from idp.relying_parties.rotate_secret import UnknownRelyingParty


class Switch:
    """Switches a relying party off and on; every worker knows with its next protocol request."""

    def __init__(self, *, database: Database, version: RegistryVersion, clock: Clock) -> None:
        self._database = database
        self._version = version
        self._clock = clock

    def off(self, client_id: ClientId, *, by: str, reason: Reason) -> None:
        """Let it do nothing any more. Raises `UnknownRelyingParty`."""
        self._set(client_id, RelyingPartyDisabled(client_id=client_id, by=by, reason=reason))

    def on(self, client_id: ClientId, *, by: str, reason: Reason) -> None:
        """Let it in again. Raises `UnknownRelyingParty`."""
        self._set(client_id, RelyingPartyEnabled(client_id=client_id, by=by, reason=reason))

    def _set(self, client_id: ClientId, event: RelyingPartyDisabled | RelyingPartyEnabled) -> None:
        enabled = isinstance(event, RelyingPartyEnabled)
        now = self._clock.now()
        self._version.require()
        with self._database.transaction() as transaction:
            row = store.record_of(transaction, client_id)
            if row is None:
                raise UnknownRelyingParty(client_id)
            if row.enabled is enabled:
                return
            row.enabled = enabled
            row.updated_at = now
            record(transaction, event, now)
        self._version.bump()
