"""`idp teams`: the teams of provinces, and who belongs to them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias

import click

from idp.core.reason import Reason
from idp.db.database import Database
from idp.operators import store
from idp.operators.add_operator import NotAllowed
from idp.operators.change_members import AddMember, NotOfAProvince, RemoveMember
from idp.operators.commands import as_operator, operator_from_prompt
from idp.operators.create_team import CreateTeam, RenameTeam, TeamTaken, UnknownTeam
from idp.operators.disable_operator import UnknownOperator
from idp.operators.model import VerifiedOperator
from idp.operators.permissions import Permission
from idp.operators.rules import (
    InvalidOperatorName,
    InvalidTeam,
    parse_operator_name,
    parse_team_id,
    parse_team_name,
)
from idp.operators.verify_operator import VerifyOperator
from idp.shell.options import with_reason


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
    @click.argument("team")
    def members(team: str) -> None:
        """List who works for a team."""
        with _one_line_errors(), open_desk().database.reading() as reading:
            if store.team(reading, parse_team_id(team)) is None:
                raise UnknownTeam(team)
            found = store.members(reading, parse_team_id(team))
        for member in found:
            click.echo(f"{member.name:<32}  {member.display_name}")

    @teams.command("create")
    @click.argument("team")
    @click.argument("name")
    @as_operator
    def create(team: str, name: str, as_name: str) -> None:
        """Make a team: its id, which never changes, and its name."""
        desk = open_desk()
        with _one_line_errors():
            team_id, called = parse_team_id(team), parse_team_name(name)
            desk.create(team_id, called, by=desk.administrator(as_name))
        click.echo(f"{team_id}  created")

    @teams.command("rename")
    @click.argument("team")
    @click.argument("name")
    @as_operator
    def rename(team: str, name: str, as_name: str) -> None:
        """Give a team another name; its id, members and portals stay."""
        desk = open_desk()
        with _one_line_errors():
            team_id, called = parse_team_id(team), parse_team_name(name)
            desk.rename(team_id, called, by=desk.administrator(as_name))
        click.echo(f"{team_id}  {called}")

    @teams.command("add-member")
    @click.argument("team")
    @click.argument("operator")
    @as_operator
    def add_member(team: str, operator: str, as_name: str) -> None:
        """Take an operator with the role province_team into a team."""
        desk = open_desk()
        with _one_line_errors():
            team_id, name = parse_team_id(team), parse_operator_name(operator)
            desk.add(team_id, name, by=desk.administrator(as_name))
        click.echo(f"{name}  belongs to {team_id}")

    @teams.command("remove-member")
    @click.argument("team")
    @click.argument("operator")
    @with_reason
    @as_operator
    def remove_member(team: str, operator: str, reason: Reason, as_name: str) -> None:
        """Take a member out of a team; the account and the portals stay."""
        desk = open_desk()
        with _one_line_errors():
            team_id, name = parse_team_id(team), parse_operator_name(operator)
            desk.remove(team_id, name, by=desk.administrator(as_name), reason=reason)
        click.echo(f"{name}  no longer belongs to {team_id}")

    return teams


@contextmanager
def _one_line_errors() -> Iterator[None]:
    try:
        yield
    except (InvalidTeam, InvalidOperatorName, NotAllowed) as error:
        raise click.ClickException(str(error)) from error
    except TeamTaken as error:
        raise click.ClickException(f"another team has the id or name {error}") from error
    except UnknownTeam as error:
        raise click.ClickException(f"no team has the id {error}") from error
    except UnknownOperator as error:
        raise click.ClickException(f"nobody there is called {error}") from error
    except NotOfAProvince as error:
        raise click.ClickException(f"{error} has another role than province_team") from error
