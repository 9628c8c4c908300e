"""`idp disputes`: look at the cases, ask, give time, and decide, two operators for each."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias

import click

from idp.core.clock import Clock
from idp.core.vietnam import minute
from idp.db.database import Database
from idp.disputes import store
from idp.disputes.decide_dispute import (
    CaseResolved,
    ConductDispute,
    DecideDispute,
    Decision,
    NoSuchCase,
    NumberGone,
)
from idp.disputes.look_at_case import LookAtCase
from idp.disputes.model import (
    CaseNumber,
    Dispute,
    DisputeOutcome,
    DisputeStep,
    DisputeVote,
    Side,
)
from idp.disputes.rules import (
    LONGEST_EXTENSION,
    LONGEST_WORDS,
    SHORTEST_WORDS,
    Ruling,
    parse_case_number,
)
from idp.operators.commands import as_operator, operator_from_prompt
from idp.operators.model import VerifiedOperator
from idp.operators.permissions import Permission
from idp.operators.verify_operator import VerifyOperator
from idp.shell.errors import one_line_errors
from idp.shell.options import text_of

_TOLD: Final = {
    Ruling.TOO_EARLY: "too early: the holder has time left, and has not answered",
    Ruling.DECIDED_ALREADY: "you have decided already; a different operator has to decide too",
    Ruling.FIRST: "noted; a different operator has to decide the same",
    Ruling.DIFFERENT: "the other operator decided differently: both are void, decide anew",
    Ruling.AGREED: "decided by two operators, and carried out",
}
_DONE: Final = frozenset({Ruling.FIRST, Ruling.DIFFERENT, Ruling.AGREED})
_ERRORS: Final = {
    NoSuchCase: "no case has that number",
    CaseResolved: "the case is decided",
    NumberGone: "the account has not the number any more (another case?): decide keep or close",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeDesk:
    """What the commands work with."""

    verify: VerifyOperator
    decide: DecideDispute
    conduct: ConductDispute
    look: LookAtCase
    database: Database
    clock: Clock

    def operator(self, name: str) -> VerifiedOperator:
        """Ask for that operator's password and code."""
        return operator_from_prompt(self.verify, name, permission=Permission.DECIDE_DISPUTES)


OpenDisputeDesk: TypeAlias = Callable[[], DisputeDesk]


def _case_number(typed: str) -> CaseNumber:
    number = parse_case_number(typed)
    if number is None:
        raise ValueError("a case number looks like KN-2026-000123")
    return number


_with_number = click.argument("number", type=_case_number)
_WORDS: Final = text_of(SHORTEST_WORDS, LONGEST_WORDS)


def disputes_commands(open_desk: OpenDisputeDesk) -> click.Group:
    """
    Build the `disputes` group.

    *open_desk* is called once per command, so that `--help` needs no configuration.
    """

    @click.group("disputes")
    def disputes() -> None:
        """Cases in which somebody says that an account is not its holder's."""

    @disputes.command("list")
    @click.option("--resolved", is_flag=True, help="Also those that are decided.")
    def list_all(*, resolved: bool) -> None:
        """List the cases: numbers, moments and states, nobody's data."""
        desk = open_desk()
        with desk.database.reading() as reading:
            cases = store.disputes(reading, resolved=resolved)
        click.echo(_table(cases, desk.clock.now()))

    @disputes.command("show")
    @_with_number
    @as_operator
    def show(number: CaseNumber, as_name: str) -> None:
        """Show both sides of a case: a look at the account, which its holder sees."""
        desk = open_desk()
        with one_line_errors(_ERRORS):
            file = desk.look(number, by=desk.operator(as_name))
        parts = (*_facts(file.case), "", *_steps(file.steps), "", *_votes(file.votes))
        click.echo("\n".join(parts))

    @disputes.command("decide")
    @_with_number
    @click.option(
        "--outcome",
        type=click.Choice([outcome.value for outcome in DisputeOutcome]),
        required=True,
        help="keep: the account stays as it is; transfer: the identity number goes to the "
        "claimant, who makes an account of their own; close: the account is closed.",
    )
    @click.option(
        "--reason", required=True, type=_WORDS, help="For the file: neither side reads it."
    )
    @as_operator
    def decide(number: CaseNumber, outcome: str, reason: str, as_name: str) -> None:
        """
        Decide a case; the second same decision, by a different operator, carries it out.

        Not before the holder's time is over, unless the holder has answered. A second decision
        that differs makes both void.
        """
        desk = open_desk()
        with one_line_errors(_ERRORS):
            decision = Decision(DisputeOutcome(outcome), reason, desk.operator(as_name))
            ruling = desk.decide(number, decision)
        if ruling not in _DONE:
            raise click.ClickException(_TOLD[ruling])
        click.echo(_TOLD[ruling])

    @disputes.command("ask-more")
    @_with_number
    @click.option("--of", "side", type=click.Choice([side.value for side in Side]), required=True)
    @click.option(
        "--question",
        required=True,
        type=_WORDS,
        help="That side reads it; the other one does not.",
    )
    @as_operator
    def ask_more(number: CaseNumber, side: str, question: str, as_name: str) -> None:
        """Ask one side for more, by text message and on its page of the case."""
        desk = open_desk()
        with one_line_errors(_ERRORS):
            operator = desk.operator(as_name)
            desk.conduct.ask_more(number, Side(side), question, by=operator)
        click.echo("asked")

    @disputes.command("extend")
    @_with_number
    @click.option("--hours", type=click.IntRange(1, LONGEST_EXTENSION), required=True)
    @as_operator
    def extend(number: CaseNumber, hours: int, as_name: str) -> None:
        """Give the holder more time to answer; nothing is decided before its end."""
        desk = open_desk()
        with one_line_errors(_ERRORS):
            operator = desk.operator(as_name)
            until = desk.conduct.extend(number, timedelta(hours=hours), by=operator)
        click.echo(f"until {minute(until)}")

    return disputes


def _facts(case: Dispute) -> Iterator[str]:
    identity = case.identity
    yield f"case         {case.number}  {case.status}  {case.outcome or 'not decided'}"
    yield f"filed        {minute(case.filed_at)}"
    yield f"holder       citizen {case.citizen_id}, has until {minute(case.holder_until)}"
    yield f"claimant     {identity.full_name.value}, born {identity.birth_date.written}"
    yield f"number       {identity.identity_number.value}"
    yield f"phone        {case.phone_number.national}, confirmed by {case.carrier or 'nobody'}"
    yield f"reference    {case.reference or ''}"
    yield "story        " + case.story.replace("\n", "\n             ")


def _steps(steps: Sequence[DisputeStep]) -> Iterator[str]:
    for step in steps:
        yield f"{minute(step.at)}  {step.kind}  by {step.by}"
        if step.words is not None:
            yield "    " + step.words.replace("\n", "\n    ")


def _votes(votes: Sequence[DisputeVote]) -> Iterator[str]:
    for vote in votes:
        void = " (void)" if vote.void else ""
        yield f"{minute(vote.at)}  {vote.by}: {vote.outcome}{void}: {vote.reason}"


def _table(cases: Sequence[Dispute], now: datetime) -> str:
    if not cases:
        return "There is no case."
    return "\n".join(
        f"{case.number}  {case.status:<11}  {case.outcome or _awaited(case, now):<15}"
        f"  filed {minute(case.filed_at)}"
        for case in cases
    )


def _awaited(case: Dispute, now: datetime) -> str:
    if case.holder_answered_at is None and now < case.holder_until:
        return "holder to answer"
    return "to be decided"
