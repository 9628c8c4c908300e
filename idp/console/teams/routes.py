"""The pages about teams put together."""

from flask import Blueprint

from idp.console.frame import ConsoleFrame
from idp.console.teams.views import (
    TEAMS,
    NewTeam,
    TeamAdd,
    TeamInvite,
    TeamPage,
    TeamRemove,
    TeamRename,
    Teams,
)
from idp.core.clock import Clock
from idp.db.database import Database
from idp.operators.change_members import AddMember, RemoveMember
from idp.operators.create_team import CreateTeam, RenameTeam
from idp.operators.invite_operator import InviteOperator


def team_routes(
    *,
    frame: ConsoleFrame,
    create: CreateTeam,
    rename: RenameTeam,
    invite: InviteOperator,
    add: AddMember,
    remove: RemoveMember,
    issuer: str,
    database: Database,
    clock: Clock,
) -> Blueprint:
    blueprint, one = Blueprint("console_teams", __name__), f"{TEAMS}/<team>"
    for path, view in (
        (TEAMS, Teams.as_view("teams", frame, database)),
        (f"{TEAMS}/new", NewTeam.as_view("new", frame, create)),
        (one, TeamPage.as_view("team", frame, database, clock)),
        (f"{one}/name", TeamRename.as_view("rename", frame, database, rename)),
        (f"{one}/invite", TeamInvite.as_view("invite", frame, database, invite, issuer)),
        (f"{one}/add", TeamAdd.as_view("add", frame, database, add)),
        (
            f"{one}/members/<name>/remove",
            TeamRemove.as_view("remove", frame, database, remove),
        ),
    ):
        blueprint.add_url_rule(path, view_func=view)
    return blueprint
