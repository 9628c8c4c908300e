"""Taking an operator into a team, and out of it; the team's portals stay the team's."""

from idp.audit.events import TeamMemberAdded, TeamMemberRemoved
from idp.audit.log import record
from idp.core.clock import Clock
from idp.core.reason import Reason
from idp.db.database import Database
from idp.operators import store
from idp.operators.add_operator import NotAllowed
from idp.operators.create_team import UnknownTeam
from idp.operators.disable_operator import UnknownOperator
from idp.operators.model import (
    OperatorName,
    OperatorRole,
    TeamId,
    TeamMember,
    VerifiedOperator,
)
from idp.operators.permissions import Permission, may, may_change_members


class NotOfAProvince(Exception):
    """The operator has another role than a province team's, and needs no team."""


class LastMember(Exception):
    """Without this one nobody of the team could let a colleague in: an administrator decides."""


class AddMember:
    """Takes an operator, who may belong to other teams too, into a team."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def __call__(self, team: TeamId, name: OperatorName, *, by: VerifiedOperator) -> bool:
        """
        Do so; false where the operator belongs to it already.

        Raises `NotAllowed`, `UnknownTeam`, `UnknownOperator`, `NotOfAProvince`.
        """
        if not may(by.role, Permission.MANAGE_TEAMS):
            raise NotAllowed(f"{by.name} is no administrator")
        now = self._clock.now()
        with self._database.transaction() as transaction:
            if store.team(transaction, team) is None:
                raise UnknownTeam(team)
            found = store.find(transaction, name)
            if found is None:
                raise UnknownOperator(name)
            if found.role is not OperatorRole.PROVINCE_TEAM:
                raise NotOfAProvince(name)
            member = TeamMember(team=team, operator=name, added_at=now, added_by=by.name)
            if not store.add_member(transaction, member):
                return False
            record(transaction, TeamMemberAdded(team=team, operator=name, by=by.name), now)
        return True


class RemoveMember:
    """Takes a member out of a team, from the next request on; the account stays."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def __call__(
        self, team: TeamId, name: OperatorName, *, by: VerifiedOperator, reason: Reason
    ) -> None:
        """
        Do so. A member may leave, too.

        Raises `NotAllowed` for whoever is no member nor an administrator, `UnknownOperator` where
        the team has nobody of that name, `LastMember` unless an administrator does it.
        """
        if not may_change_members(by, team):
            raise NotAllowed(f"{by.name} does not belong to {team}")
        may_all = may(by.role, Permission.MANAGE_TEAMS)
        with self._database.transaction() as transaction:
            # Locked: of two who remove each other at once, one is gone when the other is asked.
            names = {member.name for member in store.locked_members(transaction, team)}
            if not may_all and by.name not in names:
                raise NotAllowed(f"{by.name} does not belong to {team}")
            if name not in names:
                raise UnknownOperator(name)
            if not may_all and len(names) == 1:
                raise LastMember(name)
            if not store.remove_member(transaction, team, name):
                raise UnknownOperator(name)
            removed = TeamMemberRemoved(team=team, operator=name, by=by.name, reason=reason)
            record(transaction, removed, self._clock.now())
