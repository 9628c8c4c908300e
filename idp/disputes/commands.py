"""`idp disputes`: look at the cases, ask, give time, and decide, two operators for each."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
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
from idp.disputes.rules import Ruling, parse_case_number
from idp.operators.commands import as_operator, operator_from_prompt
from idp.operators.model import VerifiedOperator
from idp.operators.permissions import Permission
from idp.operators.verify_operator import VerifyOperator

_SHORTEST_REASON: Final = 10
_LONGEST_TEXT: Final = 2000
_LONGEST_EXTENSION: Final = 720
_TOLD: Final = {
    Ruling.TOO_EARLY: "too early: the holder has time left, and has not answered",
    Ruling.DECIDED_ALREADY: "you have decided already; a different operator has to decide too",
    Ruling.FIRST: "noted; a different operator has to decide the same",
    Ruling.DIFFERENT: "the other operator decided differently: both are void, decide anew",
    Ruling.AGREED: "decided by two operators, and carried out",
}
_DONE: Final = frozenset({Ruling.FIRST, Ruling.DIFFERENT, Ruling.AGREED})


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeDesk:
    """What the commands work with."""

    verify: VerifyOperator
    decide: DecideDispute
    conduct: ConductDispute
    look: LookAtCase
    database: Database
    clock: Clock


OpenDisputeDesk: TypeAlias = Callable[[], DisputeDesk]


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
    @click.argument("number")
    @as_operator
    def show(number: str, as_name: str) -> None:
        """Show both sides of a case: a look at the account, which its holder sees."""
        desk = open_desk()
        with _one_line_errors():
            operator = _operator(desk, as_name)
            click.echo(_look(desk, _parsed(number), operator))

    @disputes.command("decide")
    @click.argument("number")
    @click.option(
        "--outcome",
        type=click.Choice([outcome.value for outcome in DisputeOutcome]),
        required=True,
        help="keep: the account stays as it is; transfer: the identity number goes to the "
        "claimant, who makes an account of their own; close: the account is closed.",
    )
    @click.option("--reason", required=True, help="For the file: neither side reads it.")
    @as_operator
    def decide(number: str, outcome: str, reason: str, as_name: str) -> None:
        """
        Decide a case; the second same decision, by a different operator, carries it out.

        Not before the holder's time is over, unless the holder has answered. A second decision
        that differs makes both void.
        """
        desk = open_desk()
        with _one_line_errors():
            text = _text(reason)
            operator = _operator(desk, as_name)
            decision = Decision(DisputeOutcome(outcome), text, operator)
            ruling = desk.decide(_parsed(number), decision)
        if ruling not in _DONE:
            raise click.ClickException(_TOLD[ruling])
        click.echo(_TOLD[ruling])

    @disputes.command("ask-more")
    @click.argument("number")
    @click.option("--of", "side", type=click.Choice([side.value for side in Side]), required=True)
    @click.option("--question", required=True, help="That side reads it; the other one does not.")
    @as_operator
    def ask_more(number: str, side: str, question: str, as_name: str) -> None:
        """Ask one side for more, by text message and on its page of the case."""
        desk = open_desk()
        with _one_line_errors():
            text = _text(question)
            operator = _operator(desk, as_name)
            desk.conduct.ask_more(_parsed(number), Side(side), text, by=operator)
        click.echo("asked")

    @disputes.command("extend")
    @click.argument("number")
    @click.option("--hours", type=click.IntRange(1, _LONGEST_EXTENSION), required=True)
    @as_operator
    def extend(number: str, hours: int, as_name: str) -> None:
        """Give the holder more time to answer; nothing is decided before its end."""
        desk = open_desk()
        with _one_line_errors():
            operator = _operator(desk, as_name)
            until = desk.conduct.extend(_parsed(number), timedelta(hours=hours), by=operator)
        click.echo(f"until {minute(until)}")

    return disputes


def _operator(desk: DisputeDesk, name: str) -> VerifiedOperator:
    return operator_from_prompt(desk.verify, name, permission=Permission.DECIDE_DISPUTES)


def _parsed(number: str) -> CaseNumber:
    parsed = parse_case_number(number)
    if parsed is None:
        raise click.ClickException("a case number looks like KN-2026-000123")
    return parsed


def _text(typed: str) -> str:
    text = typed.strip()
    if not _SHORTEST_REASON <= len(text) <= _LONGEST_TEXT:
        raise click.ClickException(
            f"a reason or question has {_SHORTEST_REASON} to {_LONGEST_TEXT} characters"
        )
    return text


def _look(desk: DisputeDesk, number: CaseNumber, operator: VerifiedOperator) -> str:
    file = desk.look(number, by=operator)
    return "\n".join((*_facts(file.case), "", *_steps(file.steps), "", *_votes(file.votes)))


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


@contextmanager
def _one_line_errors() -> Iterator[None]:
    try:
        yield
    except NoSuchCase as error:
        raise click.ClickException("no case has that number") from error
    except CaseResolved as error:
        raise click.ClickException("the case is decided") from error
    except NumberGone as error:
        raise click.ClickException(
            "the account has not the number any more (another case?): decide keep or close"
        ) from error
