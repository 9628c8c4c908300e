"""Keeping a relying party out, at once, and letting it in again: an operator's word is enough."""

from idp.db.database import Database
from idp.onboarding.access import own, require
from idp.operators.model import VerifiedOperator
from idp.operators.permissions import Permission
from idp.relying_parties.disable import Disable
from idp.relying_parties.model import ClientId


class DisableRelyingParty:
    """Switches a relying party off and on; citizens get a page, software gets errors."""

    def __init__(self, *, switch: Disable, database: Database) -> None:
        self._switch = switch
        self._database = database

    def __call__(self, client_id: ClientId, *, by: VerifiedOperator, reason: str) -> None:
        """Let it do nothing any more. Raises `NotThere`, `MayNot`."""
        self._check(client_id, by)
        self._switch(client_id, by=by.name, reason=reason)

    def undo(self, client_id: ClientId, *, by: VerifiedOperator, reason: str) -> None:
        """Let it in again. Raises `NotThere`, `MayNot`."""
        self._check(client_id, by)
        self._switch.undo(client_id, by=by.name, reason=reason)

    def _check(self, client_id: ClientId, by: VerifiedOperator) -> None:
        require(by, Permission.APPROVE_PRODUCTION)
        with self._database.reading() as reading:
            own(reading, client_id, by)
