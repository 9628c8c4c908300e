"""`idp teams`: the teams of provinces, and who belongs to them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import click

from idp.core.reason import Reason
from idp.db.database import Database
from idp.operators import store
from idp.operators.add_operator import NotAllowed
from idp.operators.change_members import AddMember, NotOfAProvince, RemoveMember
from idp.operators.commands import as_operator, operator_from_prompt
from idp.operators.create_team import CreateTeam, RenameTeam, TeamTaken, UnknownTeam
from idp.operators.disable_operator import UnknownOperator
from idp.operators.model import OperatorName, TeamId, VerifiedOperator
from idp.operators.permissions import Permission
from idp.operators.rules import (
    parse_operator_name,
    parse_team_id,
    parse_team_name,
)
from idp.operators.verify_operator import VerifyOperator
from idp.shell.errors import one_line_errors
from idp.shell.options import with_reason

_ERRORS: Final = {
    NotAllowed: "{error}",
    TeamTaken: "another team has the id or name {error}",
    UnknownTeam: "no team has the id {error}",
    UnknownOperator: "nobody there is called {error}",
    NotOfAProvince: "{error} has another role than province_team",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamDesk:
    """What the commands work with."""

    database: Database
    verify: VerifyOperator
    create: CreateTeam
    rename: RenameTeam
    add: AddMember
    remove: RemoveMember

    def administrator(self, name: str) -> VerifiedOperator:
        """Ask for that operator's password and code."""
        return operator_from_prompt(self.verify, name, permission=Permission.MANAGE_TEAMS)


OpenTeamDesk: TypeAlias = Callable[[], TeamDesk]

_with_team = click.argument("team", type=parse_team_id)


def team_commands(open_desk: OpenTeamDesk) -> click.Group:
    """
    Build the `teams` group.

    *open_desk* is called once per command, so that `--help` needs no configuration.
    """

    @click.group("teams")
    def teams() -> None:
        """The teams that provinces' portals belong to; colleagues are invited at the console."""

    @teams.command("list")
    def list_all() -> None:
        """List the teams, and how many work for each."""
        with open_desk().database.reading() as reading:
            found = store.teams(reading)
        lines = [f"{team.id:<32}  {team.members:>3}  {team.name}" for team in found]
        click.echo("\n".join(lines) or "There is no team yet: idp teams create")

    @teams.command("members")
    @_with_team
    def members(team: TeamId) -> None:
        """List who works for a team."""
        with one_line_errors(_ERRORS), open_desk().database.reading() as reading:
            if store.team(reading, team) is None:
                raise UnknownTeam(team)
            found = store.members(reading, team)
        for member in found:
            click.echo(f"{member.name:<32}  {member.display_name}")

    @teams.command("create")
    @_with_team
    @click.argument("name", type=parse_team_name)
    @as_operator
    def create(team: TeamId, name: str, as_name: str) -> None:
        """Make a team: its id, which never changes, and its name."""
        desk = open_desk()
        with one_line_errors(_ERRORS):
            desk.create(team, name, by=desk.administrator(as_name))
        click.echo(f"{team}  created")

    @teams.command("rename")
    @_with_team
    @click.argument("name", type=parse_team_name)
    @as_operator
    def rename(team: TeamId, name: str, as_name: str) -> None:
        """Give a team another name; its id, members and portals stay."""
        desk = open_desk()
        with one_line_errors(_ERRORS):
            desk.rename(team, name, by=desk.administrator(as_name))
        click.echo(f"{team}  {name}")

    @teams.command("add-member")
    @_with_team
    @click.argument("operator", type=parse_operator_name)
    @as_operator
    def add_member(team: TeamId, operator: OperatorName, as_name: str) -> None:
        """Take an operator with the role province_team into a team."""
        desk = open_desk()
        with one_line_errors(_ERRORS):
            desk.add(team, operator, by=desk.administrator(as_name))
        click.echo(f"{operator}  belongs to {team}")

    @teams.command("remove-member")
    @_with_team
    @click.argument("operator", type=parse_operator_name)
    @with_reason
    @as_operator
    def remove_member(team: TeamId, operator: OperatorName, reason: Reason, as_name: str) -> None:
        """Take a member out of a team; the account and the portals stay."""
        desk = open_desk()
        with one_line_errors(_ERRORS):
            desk.remove(team, operator, by=desk.administrator(as_name), reason=reason)
        click.echo(f"{operator}  no longer belongs to {team}")

    return teams
