"""`idp operators`: who runs the service; and the question every operator's command begins with."""

import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final, TypeAlias

import click
import segno

from idp.core.reason import Reason
from idp.db.database import Database
from idp.operators import store
from idp.operators.add_operator import (
    AddOperator,
    CodeNotShown,
    NameTaken,
    NewOperator,
    NotAllowed,
)
from idp.operators.disable_operator import (
    DisableOperator,
    LastAdministrator,
    OwnAccount,
    UnknownOperator,
)
from idp.operators.model import Operator, OperatorName, OperatorRole, VerifiedOperator
from idp.operators.permissions import Permission, may
from idp.operators.rules import (
    WeakOperatorPassword,
    check_operator_password,
    parse_operator_name,
)
from idp.operators.verify_operator import VerifyOperator, WrongOperatorCredentials
from idp.shell.errors import one_line_errors
from idp.shell.options import with_reason
from idp.throttling.ports import BudgetSpent
from idp.totp.codes import in_groups, setting_up_uri

_ERRORS: Final = {
    WeakOperatorPassword: "{error}",
    NotAllowed: "{error}",
    NameTaken: "the name {error} is taken, or was",
    CodeNotShown: "that is not the code of this secret; nothing was added",
    UnknownOperator: "no active operator is called {error}",
    OwnAccount: "another administrator has to disable {error}",
    LastAdministrator: "{error} is the last administrator: add another before",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorDesk:
    """What the commands work with; *service* is how an app calls the account."""

    database: Database
    add: AddOperator
    disable: DisableOperator
    verify: VerifyOperator
    new_secret: Callable[[], str]
    service: str


OpenDesk: TypeAlias = Callable[[], OperatorDesk]

as_operator = click.option(
    "--as", "as_name", required=True, metavar="NAME", help="The operator who does this."
)
"""The option of every command that an operator answers for."""
_with_name = click.argument("name", type=parse_operator_name)


def operator_from_prompt(
    verify: VerifyOperator, name: str, *, permission: Permission
) -> VerifiedOperator:
    """
    Ask for the operator's password and code, and verify them.

    Both come from the terminal without echo, or, where there is none, as the next two lines of
    standard input: never from the command line, which other users of the machine can read. Raises
    `click.ClickException` for wrong ones, too many tries, and a role without *permission*.
    """
    password = typed_secret(f"Password of {name}")
    code = typed_secret(f"Code of {name}'s authenticator app")
    try:
        operator = verify(name, password, code)
    except WrongOperatorCredentials:
        raise click.ClickException("name, password or code is wrong, or used") from None
    except BudgetSpent as spent:
        raise click.ClickException(f"too many tries; again in {spent.seconds} s") from None
    if not may(operator.role, permission):
        raise click.ClickException(f"{operator.name} is {operator.role}, and may not do this")
    return operator


def typed_secret(question: str) -> str:
    """What was typed without echo; where there is no terminal, the next line of standard input."""
    if sys.stdin.isatty():
        typed: str = click.prompt(question, hide_input=True, err=True)
        return typed
    line = sys.stdin.readline()
    if not line:
        raise click.ClickException(f"{question}: standard input has ended")
    return line.rstrip("\r\n")


def operators_commands(open_desk: OpenDesk) -> click.Group:
    """
    Build the `operators` group.

    *open_desk* is called once per command, so that `--help` needs no configuration.
    """

    @click.group("operators")
    def operators() -> None:
        """The people who run the service, and what each of them may do."""

    @operators.command("list")
    def list_all() -> None:
        """List the operators, disabled ones too."""
        with open_desk().database.reading() as reading:
            click.echo(_table(store.all_of(reading)))

    @operators.command("add")
    @_with_name
    @click.option("--display-name", required=True, help="What the person is called.")
    @click.option("--role", required=True, type=click.Choice([role.value for role in OperatorRole]))
    @click.option(
        "--as",
        "as_name",
        metavar="NAME",
        help="The administrator who adds; not needed for the first operator.",
    )
    def add(name: OperatorName, display_name: str, role: str, as_name: str | None) -> None:
        """
        Add an operator, who sits here: types a password twice, and sets up an authenticator app.

        Without a terminal, standard input holds a line each: password and code of --as, the new
        password, it again, the first code.
        """
        desk = open_desk()
        with one_line_errors(_ERRORS):
            by = None
            if as_name is not None:
                by = operator_from_prompt(
                    desk.verify, as_name, permission=Permission.MANAGE_OPERATORS
                )
            elif not desk.add.is_first():
                raise NotAllowed("there are operators already: name one with --as")
            _add(desk, name, display_name, OperatorRole(role), by)

    @operators.command("disable")
    @_with_name
    @with_reason
    @as_operator
    def disable(name: OperatorName, reason: Reason, as_name: str) -> None:
        """Take an operator's account away, for good; the name is not given again."""
        desk = open_desk()
        with one_line_errors(_ERRORS):
            by = operator_from_prompt(desk.verify, as_name, permission=Permission.MANAGE_OPERATORS)
            desk.disable(name, by=by, reason=reason)
        click.echo(f"{name}  disabled")

    return operators


def _add(
    desk: OperatorDesk,
    name: OperatorName,
    display_name: str,
    role: OperatorRole,
    by: VerifiedOperator | None,
) -> None:
    password = typed_secret(f"New password of {name}")
    check_operator_password(password, name)
    if typed_secret("The same again") != password:
        raise click.ClickException("the two passwords differ")
    secret = desk.new_secret()
    uri = setting_up_uri(secret, account=name, issuer=desk.service)
    segno.make(uri).terminal(out=sys.stdout, compact=True)
    click.echo(f"Set up an authenticator app with this code, or by typing: {in_groups(secret)}")
    click.echo(uri)
    code = typed_secret("The code the app shows now")
    desk.add(NewOperator(name, display_name, role, password, secret), code, by=by)
    click.echo(f"{name}  {role}")


def _table(operators: Collection[Operator]) -> str:
    if not operators:
        return "There is no operator yet: idp operators add"
    return "\n".join(
        f"{each.name:<32}  {each.role:<15}  {'disabled' if each.disabled_at else 'active  '}"
        f"  {each.display_name}"
        for each in operators
    )
