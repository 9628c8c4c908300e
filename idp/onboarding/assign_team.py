"""Giving a registration to a team: whose it is, who works for it, may change as provinces do."""

from idp.audit.events import RelyingPartyAssigned
from idp.audit.log import record
from idp.core.clock import Clock
from idp.core.reason import Reason
from idp.db.database import Database
from idp.onboarding import store
from idp.onboarding.access import own, require
from idp.onboarding.register_sandbox import refuse_unknown_team
from idp.operators.model import VerifiedOperator
from idp.operators.permissions import Permission
from idp.relying_parties.model import ClientId
from idp.relying_parties.ports import RegistryVersion


class AssignTeam:
    """Makes a registration a team's, with the proposals for it that wait."""

    def __init__(self, *, database: Database, version: RegistryVersion, clock: Clock) -> None:
        self._database = database
        self._version = version
        self._clock = clock

    def __call__(
        self, client_id: ClientId, team: str | None, *, by: VerifiedOperator, reason: Reason
    ) -> None:
        """
        Make it the team's, `None` for one that only operators look after.

        No team gives its own away, nor takes another's. Raises `NotThere`, also for a team that is
        not there; `MayNot`.
        """
        require(by, Permission.APPROVE_PRODUCTION)
        now = self._clock.now()
        self._version.require()
        with self._database.transaction() as transaction:
            row = own(transaction, client_id, by)
            refuse_unknown_team(transaction, team)
            if row.team == team:
                return
            event = RelyingPartyAssigned(
                client_id=client_id, before=row.team, team=team, by=by.name, reason=reason
            )
            row.team = team
            row.updated_at = now
            store.assign_proposals(transaction, client_id, team)
            record(transaction, event, now)
        self._version.bump()
