"""`idp citizens`: find an account, lock it, unlock it; with a name, a password, and a reason."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import click

from idp.citizens.model import HoldKind
from idp.core.reason import Reason, parse_reason
from idp.core.typed_text import plain_digits
from idp.helpdesk.find_citizen import FindCitizen, FoundCitizen
from idp.helpdesk.rules import LIFTED_BY_OPERATORS, may_lift
from idp.interactions.hold_account import HoldAccount
from idp.operators.commands import as_operator, operator_from_prompt, typed_secret
from idp.operators.model import VerifiedOperator
from idp.operators.permissions import Permission
from idp.operators.verify_operator import VerifyOperator

_reason = click.option(
    "--reason",
    required=True,
    type=parse_reason,
    metavar="TEXT",
    help="Why; the citizen reads it. It names no person and no number of one.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Helpdesk:
    """What the commands work with."""

    verify: VerifyOperator
    find: FindCitizen
    hold: HoldAccount


OpenHelpdesk: TypeAlias = Callable[[], Helpdesk]


def citizens_commands(open_helpdesk: OpenHelpdesk) -> click.Group:
    """
    Build the `citizens` group.

    *open_helpdesk* is called once per command, so that `--help` needs no configuration. The
    identity number is asked for after the operator's credentials: on a command line it would stay
    in the shell's history.
    """

    @click.group("citizens")
    def citizens() -> None:
        """What an operator does for a citizen who asks for help."""

    @citizens.command("find")
    @_reason
    @as_operator
    def find(reason: Reason, as_name: str) -> None:
        """Show how an account stands: status, level, holds, the end of its phone number."""
        found, _ = _look(open_helpdesk(), as_name, reason)
        click.echo(_told(found))

    @citizens.command("lock")
    @_reason
    @as_operator
    def lock(reason: Reason, as_name: str) -> None:
        """Lock an account: nobody can sign in, every session ends, the portals are told."""
        helpdesk = open_helpdesk()
        found, operator = _look(helpdesk, as_name, reason)
        placed = helpdesk.hold.place(found.citizen_id, HoldKind.OPERATOR, by=operator.name)
        click.echo("locked" if placed else "was locked already")

    @citizens.command("unlock")
    @click.option(
        "--hold",
        "kind",
        type=click.Choice([kind.value for kind in LIFTED_BY_OPERATORS]),
        default=HoldKind.OPERATOR.value,
        show_default=True,
        help="Which hold; each is lifted by itself.",
    )
    @_reason
    @as_operator
    def unlock(kind: str, reason: Reason, as_name: str) -> None:
        """Lift the holds of one kind; what a dispute holds, its decision alone lets go."""
        helpdesk = open_helpdesk()
        found, operator = _look(helpdesk, as_name, reason)
        chosen = HoldKind(kind)
        lifted = [
            helpdesk.hold.lift(found.citizen_id, held, by=operator.name, reference=reference)
            for held, reference in found.holds
            if held is chosen and may_lift(held, reference)
        ]
        left = sorted(
            {
                held.value
                for held, reference in found.holds
                if held is not chosen or not may_lift(held, reference)
            }
        )
        click.echo("lifted" if any(lifted) else f"there is no such hold: {chosen}")
        if left:
            click.echo(f"still held: {', '.join(left)}")

    return citizens


def _look(
    helpdesk: Helpdesk, as_name: str, reason: Reason
) -> tuple[FoundCitizen, VerifiedOperator]:
    operator = operator_from_prompt(helpdesk.verify, as_name, permission=Permission.SERVE_CITIZENS)
    number = plain_digits(typed_secret("Identity number of the citizen"))
    found = helpdesk.find(number, reason=reason, by=operator)
    if found is None:
        raise click.ClickException("no account has that identity number")
    return found, operator


def _told(found: FoundCitizen) -> str:
    holds = ", ".join(f"{kind} {reference}".strip() for kind, reference in found.holds)
    return "\n".join(
        (
            f"citizen   {found.citizen_id}",
            f"status    {found.status}",
            f"level     {found.level}",
            f"holds     {holds or 'none'}",
            f"phone     {'none' if found.last_three is None else f'ends in {found.last_three}'}",
            f"enrolled  {found.enrolled_at:%Y-%m-%d}",
        )
    )
