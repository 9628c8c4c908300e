"""`idp api-clients`: programs that operators let in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import click

from idp.api_clients import store
from idp.api_clients.manage import (
    AddApiClient,
    DisableApiClient,
    RenewApiClient,
    UnknownApiClient,
)
from idp.api_clients.model import ApiClient, ApiClientName, NewApiClient
from idp.api_clients.rules import (
    LONGEST_PURPOSE,
    ROLES,
    SCOPES,
    parse_api_client_name,
)
from idp.core.clock import Clock
from idp.core.reason import Reason
from idp.db.database import Database
from idp.operators.add_operator import NameTaken, NotAllowed
from idp.operators.commands import as_operator, operator_from_prompt
from idp.operators.create_team import UnknownTeam
from idp.operators.model import Operator, OperatorRole, TeamId, VerifiedOperator
from idp.operators.permissions import Permission
from idp.operators.verify_operator import VerifyOperator
from idp.shell.errors import one_line_errors
from idp.shell.options import with_reason

_ERRORS: Final = {
    NotAllowed: "{error}: no more than the role has, nor than your own; a team for its role alone",
    NameTaken: "the name {error} is taken, or was",
    UnknownTeam: "there is no team {error}",
    UnknownApiClient: "no program is called {error}, or it is kept out",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiClientDesk:
    """What the commands and the console work with."""

    verify: VerifyOperator
    add: AddApiClient
    renew: RenewApiClient
    disable: DisableApiClient
    database: Database
    clock: Clock

    def operator(self, name: str) -> VerifiedOperator:
        """Ask for that operator's password and code."""
        return operator_from_prompt(self.verify, name, permission=Permission.MANAGE_API_CLIENTS)


OpenApiClientDesk: TypeAlias = Callable[[], ApiClientDesk]

_with_name = click.argument("name", type=parse_api_client_name)


def api_clients_commands(open_desk: OpenApiClientDesk) -> click.Group:
    """
    Build the `api-clients` group.

    *open_desk* is called once per command, so that `--help` needs no configuration.
    """

    @click.group("api-clients")
    def api_clients() -> None:
        """Programs that call the API, each with an operator who answers for it."""

    @api_clients.command("list")
    def list_all() -> None:
        """List the programs, those that are kept out too."""
        desk = open_desk()
        with desk.database.reading() as reading:
            lines = [_line(desk, *row) for row in store.all_of(reading)]
        click.echo("\n".join(lines) or "There is no program yet: idp api-clients add")

    @api_clients.command("add")
    @_with_name
    @click.option("--purpose", required=True, help="What it is for.")
    @click.option("--role", required=True, type=click.Choice([role.value for role in ROLES]))
    @click.option("--team", help="Whose it is, for the role province_team.")
    @click.option(
        "--scope",
        "scopes",
        required=True,
        multiple=True,
        type=click.Choice([scope.value for scope in SCOPES]),
        help="What it may; once for each.",
    )
    @as_operator
    def add(
        *,
        name: ApiClientName,
        purpose: str,
        role: str,
        team: str | None,
        scopes: tuple[str, ...],
        as_name: str,
    ) -> None:
        """Let a program in; its secret is printed once."""
        desk = open_desk()
        with one_line_errors(_ERRORS):
            if not 0 < len(purpose) <= LONGEST_PURPOSE or not purpose.isprintable():
                raise click.UsageError(f"--purpose has 1 to {LONGEST_PURPOSE} characters")
            new = NewApiClient(
                name=name,
                purpose=purpose,
                role=OperatorRole(role),
                team=None if team is None else TeamId(team),
                scopes=frozenset(map(Permission, scopes)),
            )
            click.echo(desk.add(new, by=desk.operator(as_name)))

    @api_clients.command("renew")
    @_with_name
    @with_reason
    @as_operator
    def renew(*, name: ApiClientName, reason: Reason, as_name: str) -> None:
        """Give a program another secret, printed once, and answer for it from now on."""
        desk = open_desk()
        with one_line_errors(_ERRORS):
            click.echo(desk.renew(name, by=desk.operator(as_name), reason=reason))

    @api_clients.command("disable")
    @_with_name
    @with_reason
    @as_operator
    def disable(*, name: ApiClientName, reason: Reason, as_name: str) -> None:
        """Keep a program out for good; the name is not given again."""
        desk = open_desk()
        with one_line_errors(_ERRORS):
            desk.disable(name, by=desk.operator(as_name), reason=reason)
        click.echo(f"{name}  disabled")

    return api_clients


def _line(desk: ApiClientDesk, client: ApiClient, answering: Operator) -> str:
    if client.disabled_at is not None:
        state = "disabled"
    elif answering.disabled_at is not None:
        state = "nobody answers"
    elif client.expires_at <= desk.clock.now():
        state = "secret lapsed"
    else:
        state = f"until {client.expires_at:%Y-%m-%d}"
    whose = client.role if client.team is None else f"{client.role} of {client.team}"
    scopes = ",".join(client.scopes)
    return f"{client.name:<28}  {whose}  {state}  {client.answered_by}  {scopes}"
