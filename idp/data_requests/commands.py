"""`idp data-requests`: what citizens ask about their data, and the operators' answers."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

import click

from idp.audit.events import OperatorLookedUp
from idp.audit.log import record
from idp.core.clock import Clock
from idp.core.vietnam import minute
from idp.data_requests import store
from idp.data_requests.answer_request import AnswerRequest, NoSuchRequest, RequestFinished
from idp.data_requests.model import (
    DataRequest,
    DataRequestAnswer,
    RequestNumber,
    RequestState,
)
from idp.data_requests.rules import late, next_due, parse_request_number
from idp.db.database import Database
from idp.operators.commands import as_operator, operator_from_prompt
from idp.operators.model import VerifiedOperator
from idp.operators.permissions import Permission
from idp.operators.verify_operator import VerifyOperator

_SHORTEST_ANSWER: Final = 10
_LONGEST_ANSWER: Final = 2000
_ANSWERS: Final = tuple(state for state in RequestState if state is not RequestState.RECEIVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class DataRequestDesk:
    """What the commands work with."""

    verify: VerifyOperator
    answer: AnswerRequest
    database: Database
    clock: Clock


OpenDataRequestDesk: TypeAlias = Callable[[], DataRequestDesk]


def data_requests_commands(open_desk: OpenDataRequestDesk) -> click.Group:
    """
    Build the `data-requests` group.

    *open_desk* is called once per command, so that `--help` needs no configuration.
    """

    @click.group("data-requests")
    def data_requests() -> None:
        """What citizens ask about their own data; the law says how soon it is answered."""

    @data_requests.command("list")
    @click.option("--finished", is_flag=True, help="Also those that are carried out or refused.")
    def list_all(*, finished: bool) -> None:
        """List the requests, the late ones first: numbers and moments, nobody's data."""
        desk = open_desk()
        with desk.database.reading() as reading:
            found = store.requests(reading, finished=finished)
        click.echo(_table(found, desk.clock.now()))

    @data_requests.command("show")
    @click.argument("number")
    @as_operator
    def show(number: str, as_name: str) -> None:
        """Show what is asked: a look at the account, which the citizen sees."""
        desk = open_desk()
        with _one_line_errors():
            click.echo(_look(desk, _parsed(number), _operator(desk, as_name)))

    @data_requests.command("answer")
    @click.argument("number")
    @click.option(
        "--state",
        type=click.Choice([state.value for state in _ANSWERS]),
        required=True,
        help="answered: what is going to happen, and when; done: it was carried out; refused: "
        "it cannot be, and why.",
    )
    @click.option("--words", required=True, help="What the citizen reads.")
    @as_operator
    def answer(number: str, state: str, words: str, as_name: str) -> None:
        """Answer a request; the citizen is told by text message that there is an answer."""
        desk = open_desk()
        with _one_line_errors():
            text = _text(words)
            operator = _operator(desk, as_name)
            desk.answer(_parsed(number), RequestState(state), text, by=operator)
        click.echo("answered")

    return data_requests


def _operator(desk: DataRequestDesk, name: str) -> VerifiedOperator:
    return operator_from_prompt(desk.verify, name, permission=Permission.SERVE_CITIZENS)


def _parsed(number: str) -> RequestNumber:
    parsed = parse_request_number(number)
    if parsed is None:
        raise click.ClickException("the number of a request looks like YC-2026-000012")
    return parsed


def _text(typed: str) -> str:
    text = typed.strip()
    if not _SHORTEST_ANSWER <= len(text) <= _LONGEST_ANSWER:
        raise click.ClickException(
            f"an answer has {_SHORTEST_ANSWER} to {_LONGEST_ANSWER} characters"
        )
    return text


def _look(desk: DataRequestDesk, number: RequestNumber, operator: VerifiedOperator) -> str:
    with desk.database.transaction() as transaction:
        request = store.locked(transaction, number)
        if request is None:
            raise NoSuchRequest
        looked = OperatorLookedUp(citizen_id=request.citizen_id, by=operator.name, reason=number)
        record(transaction, looked, desk.clock.now())
        answers = store.answers_to(transaction, number)
    return "\n".join((*_facts(request), "", *_answers(answers)))


def _facts(request: DataRequest) -> Iterator[str]:
    yield f"request      {request.number}  {request.kind}  {request.state}"
    yield f"citizen      {request.citizen_id}"
    yield f"filed        {minute(request.filed_at)}"
    yield f"answer due   before {minute(request.answer_due)}"
    yield f"done due     before {minute(request.done_due)}"
    yield "words        " + request.words.replace("\n", "\n             ")


def _answers(answers: Sequence[DataRequestAnswer]) -> Iterator[str]:
    for each in answers:
        yield f"{minute(each.at)}  {each.state}  by {each.by}"
        yield "    " + each.words.replace("\n", "\n    ")


def _table(found: Sequence[DataRequest], now: datetime) -> str:
    if not found:
        return "There is no request."
    in_order = sorted(found, key=lambda each: (late(each, now) is None, next_due(each)))
    return "\n".join(
        f"{each.number}  {each.kind:<11}  {each.state:<8}  {_term(each, now)}" for each in in_order
    )


def _term(request: DataRequest, now: datetime) -> str:
    if request.finished_at is not None:
        return f"since {minute(request.finished_at)}"
    what = "answer" if request.answered_at is None else "done"
    sign = "LATE  " if late(request, now) else ""
    return f"{sign}{what} due before {minute(next_due(request))}"


@contextmanager
def _one_line_errors() -> Iterator[None]:
    try:
        yield
    except NoSuchRequest as error:
        raise click.ClickException("no request has that number") from error
    except RequestFinished as error:
        raise click.ClickException("the request is finished") from error
