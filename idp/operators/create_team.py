"""Making a team, and giving it another name."""

from sqlalchemy.exc import IntegrityError

from idp.audit.events import TeamCreated, TeamRenamed
from idp.audit.log import record
from idp.core.clock import Clock
from idp.db.database import Database
from idp.operators import store
from idp.operators.add_operator import NotAllowed
from idp.operators.model import Team, TeamId, VerifiedOperator
from idp.operators.permissions import Permission, may


class UnknownTeam(Exception):
    """No team has that id."""


class TeamTaken(Exception):
    """Another team has that id or that name."""


class CreateTeam:
    """Makes a team, which nobody belongs to yet."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def __call__(self, team: TeamId, name: str, *, by: VerifiedOperator) -> None:
        """Do so. Raises `NotAllowed`, `TeamTaken`."""
        if not may(by.role, Permission.MANAGE_TEAMS):
            raise NotAllowed(f"{by.name} is no administrator")
        now = self._clock.now()
        try:
            with self._database.transaction() as transaction:
                if store.team(transaction, team) is not None:
                    raise TeamTaken(team)
                if store.is_team_taken(transaction, name, besides=team):
                    raise TeamTaken(name)
                transaction.add(Team(id=team, name=name, created_at=now, created_by=by.name))
                transaction.flush()
                record(transaction, TeamCreated(team=team, name=name, by=by.name), now)
        except IntegrityError:  # another administrator was faster
            raise TeamTaken(team) from None


class RenameTeam:
    """Gives a team another name; its id, members and portals stay."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def __call__(self, team: TeamId, name: str, *, by: VerifiedOperator) -> bool:
        """
        Do so; false where that is its name already.

        Raises `NotAllowed`, `UnknownTeam`, `TeamTaken`.
        """
        if not may(by.role, Permission.MANAGE_TEAMS):
            raise NotAllowed(f"{by.name} is no administrator")
        try:
            with self._database.transaction() as transaction:
                found = store.team(transaction, team)
                if found is None:
                    raise UnknownTeam(team)
                if found.name == name:
                    return False
                if store.is_team_taken(transaction, name, besides=team):
                    raise TeamTaken(name)
                renamed = TeamRenamed(team=team, before=found.name, after=name, by=by.name)
                found.name = name
                transaction.flush()
                record(transaction, renamed, self._clock.now())
        except IntegrityError:  # another administrator was faster
            raise TeamTaken(name) from None
        return True
