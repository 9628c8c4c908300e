"""`idp citizens confirm-visit`: what an officer does at a counter, from a shell."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import click

from idp.citizens.holds import ChangesBarred
from idp.citizens.link_identity_number import KindHeld, NumberTaken
from idp.core.identity_number import IdentityNumber, InvalidIdentityNumber
from idp.counter_visits.confirm_visit import ConfirmVisit, NoSuchVisit, VisitToConfirm
from idp.counter_visits.model import DocumentKind
from idp.operators.commands import as_operator, operator_from_prompt
from idp.operators.permissions import Permission
from idp.operators.verify_operator import VerifyOperator
from idp.shell.errors import one_line_errors
from idp.throttling.ports import BudgetSpent

_ERRORS: Final = {
    InvalidIdentityNumber: "{error}",
    NoSuchVisit: "no open visit has this code",
    ChangesBarred: "the account is locked or disputed: nothing is confirmed until that is decided",
    BudgetSpent: "too many codes; again in {error.seconds} s",
    NumberTaken: "another account has the number on this card: the citizen may file a complaint",
    KindHeld: "the account has another number of that kind: this is not its card",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """What the command works with."""

    verify: VerifyOperator
    confirm: ConfirmVisit


OpenCounter: TypeAlias = Callable[[], Counter]


def confirm_visit_command(open_counter: OpenCounter) -> click.Command:
    """
    Build the command.

    *open_counter* is called when it runs, so that `--help` needs no configuration.
    """

    @click.command("confirm-visit")
    @click.argument("code", nargs=-1, required=True)
    @as_operator
    def confirm_visit(code: tuple[str, ...], as_name: str) -> None:
        """
        Confirm that the citizen whose CODE it is stands here, with a card that says so.

        Without a terminal, standard input holds a line each: the officer's password and code, the
        document (identity_card or passport), the number on it where the account has another one
        (else an empty line), yes.
        """
        counter = open_counter()
        officer = operator_from_prompt(
            counter.verify, as_name, permission=Permission.CONFIRM_VISITS
        )
        with one_line_errors(_ERRORS):
            visit = counter.confirm.look("".join(code), by=officer)
            click.echo(_told(visit))
            document = click.prompt(
                "Which document is on the counter",
                type=click.Choice([kind.value for kind in DocumentKind]),
            )
            card_number = _card_number()
            click.confirm(
                "Are name, date of birth and number the same, and the face the person's",
                abort=True,
            )
            counter.confirm(visit.id, DocumentKind(document), card_number=card_number, by=officer)
        click.echo("confirmed; the citizen is told by text message")

    return confirm_visit


def _told(visit: VisitToConfirm) -> str:
    numbers = ", ".join(
        f"{number.kind.upper()} that ends in {number.last_four}"
        for number in visit.identity_numbers
    )
    return "\n".join(
        (
            f"name     {visit.full_name.value}",
            f"born     {visit.birth_date.isoformat()}",
            f"number   {numbers or 'none'}",
        )
    )


def _card_number() -> IdentityNumber | None:
    typed: str = click.prompt(
        "The number on it, where the account has another one", default="", show_default=False
    )
    return IdentityNumber.parse(typed) if typed.strip() else None
