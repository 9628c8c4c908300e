"""Keeping a relying party out, at once, by one person's word; and letting it in again."""

from idp.core.reason import Reason
from idp.db.database import Database
from idp.onboarding.access import own, require
from idp.onboarding.rules import lets_in
from idp.operators.model import VerifiedOperator
from idp.operators.permissions import Permission
from idp.relying_parties.model import ClientId, RelyingPartyRecord
from idp.relying_parties.switch import Switch


class DisableRelyingParty:
    """Switches a relying party off and on; citizens get a page, software gets errors."""

    def __init__(self, *, switch: Switch, database: Database) -> None:
        self._switch = switch
        self._database = database

    def __call__(self, client_id: ClientId, *, by: VerifiedOperator, reason: Reason) -> None:
        """Let it do nothing any more. Raises `NotThere`, `MayNot`."""
        self._own(client_id, by)
        self._switch.off(client_id, by=by.name, reason=reason)

    def undo(self, client_id: ClientId, *, by: VerifiedOperator, reason: Reason) -> None:
        """Let it in again; to production, an operator alone does. Raises `NotThere`, `MayNot`."""
        require(by, lets_in(self._own(client_id, by).environment))
        self._switch.on(client_id, by=by.name, reason=reason)

    def _own(self, client_id: ClientId, by: VerifiedOperator) -> RelyingPartyRecord:
        require(by, Permission.MANAGE_OWN_RELYING_PARTIES)
        with self._database.reading() as reading:
            return own(reading, client_id, by)
