"""`idp data-requests`: what citizens ask about their data, and the operators' answers."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

import click

from idp.core.clock import Clock
from idp.core.vietnam import minute
from idp.data_requests import store
from idp.data_requests.answer_request import AnswerRequest, NoSuchRequest, RequestFinished
from idp.data_requests.look_at_request import LookAtRequest
from idp.data_requests.model import (
    DataRequest,
    DataRequestAnswer,
    RequestNumber,
    RequestState,
)
from idp.data_requests.rules import (
    LONGEST_ANSWER,
    SHORTEST_ANSWER,
    late,
    next_due,
    parse_request_number,
)
from idp.db.database import Database
from idp.operators.commands import as_operator, operator_from_prompt
from idp.operators.model import VerifiedOperator
from idp.operators.permissions import Permission
from idp.operators.verify_operator import VerifyOperator
from idp.shell.errors import one_line_errors
from idp.shell.options import text_of

_ANSWERS: Final = tuple(state for state in RequestState if state is not RequestState.RECEIVED)
_ERRORS: Final = {
    NoSuchRequest: "no request has that number",
    RequestFinished: "the request is finished",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DataRequestDesk:
    """What the commands work with."""

    verify: VerifyOperator
    answer: AnswerRequest
    look: LookAtRequest
    database: Database
    clock: Clock

    def operator(self, name: str) -> VerifiedOperator:
        """Ask for that operator's password and code."""
        return operator_from_prompt(self.verify, name, permission=Permission.SERVE_CITIZENS)


OpenDataRequestDesk: TypeAlias = Callable[[], DataRequestDesk]


def _request_number(typed: str) -> RequestNumber:
    number = parse_request_number(typed)
    if number is None:
        raise ValueError("the number of a request looks like YC-2026-000012")
    return number


_with_number = click.argument("number", type=_request_number)


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
    @_with_number
    @as_operator
    def show(number: RequestNumber, as_name: str) -> None:
        """Show what is asked: a look at the account, which the citizen sees."""
        desk = open_desk()
        with one_line_errors(_ERRORS):
            file = desk.look(number, by=desk.operator(as_name))
        click.echo("\n".join((*_facts(file.request), "", *_answers(file.answers))))

    @data_requests.command("answer")
    @_with_number
    @click.option(
        "--state",
        type=click.Choice([state.value for state in _ANSWERS]),
        required=True,
        help="answered: what is going to happen, and when; done: it was carried out; refused: "
        "it cannot be, and why.",
    )
    @click.option(
        "--words",
        required=True,
        type=text_of(SHORTEST_ANSWER, LONGEST_ANSWER),
        help="What the citizen reads.",
    )
    @as_operator
    def answer(number: RequestNumber, state: str, words: str, as_name: str) -> None:
        """Answer a request; the citizen is told by text message that there is an answer."""
        desk = open_desk()
        with one_line_errors(_ERRORS):
            operator = desk.operator(as_name)
            desk.answer(number, RequestState(state), words, by=operator)
        click.echo("answered")

    return data_requests


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
