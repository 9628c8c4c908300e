"""`/console/disputes`: the cases, and what operators do with one."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Final, Generic, TypeVar

from flask import Response, abort

from idp.console.disputes.forms import AskMoreForm, DecideForm, ExtendForm
from idp.console.forms import ProofForm
from idp.console.frame import ConsoleForm, ConsoleFrame, ConsolePage, Section
from idp.console.paging import ROWS, offset, page_of
from idp.core.clock import Clock
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
from idp.disputes.model import CaseNumber, DisputeOutcome, DisputeStep, Side
from idp.disputes.rules import Ruling, parse_case_number
from idp.operators.model import VerifiedOperator
from idp.operators.permissions import Permission, may
from idp.web.at_hand import request
from idp.web.see_other import see_other
from idp.web.shown_time import shown_moment

_UNDONE: Final = frozenset({Ruling.TOO_EARLY, Ruling.DECIDED_ALREADY})
F = TypeVar("F", bound=ProofForm)


class Cases(ConsolePage):
    """`/console/disputes`: numbers and moments; names nobody."""

    permission = Permission.SEE_DISPUTES
    section = Section.DISPUTES

    def __init__(self, frame: ConsoleFrame, database: Database, clock: Clock) -> None:
        super().__init__(frame)
        self._database = database
        self._clock = clock

    def show(self, **address: str) -> Response:
        """The open ones, or all."""
        now, resolved = self._clock.now(), request.args.get("state") == "all"
        with self._database.reading() as reading:
            found = store.listed_cases(reading, resolved=resolved, limit=ROWS + 1, offset=offset())
        page = page_of(found)
        return self.render(
            "console/disputes/list.html",
            page=page,
            rows=[
                {
                    "number": case.number,
                    "status": case.status.value,
                    "filed_at": shown_moment(case.filed_at),
                    "waits_until": None
                    if case.outcome or case.answered or case.holder_until <= now
                    else shown_moment(case.holder_until),
                    "resolved": case.outcome is not None,
                }
                for case in page.rows
            ],
            resolved=resolved,
            decides=may(self.operator.role, Permission.DECIDE_DISPUTES),
        )


class Case(ConsolePage):
    """`/console/disputes/<number>`: both sides' papers; the look is in the log."""

    permission = Permission.DECIDE_DISPUTES
    section = Section.DISPUTES

    def __init__(self, frame: ConsoleFrame, look: LookAtCase) -> None:
        super().__init__(frame)
        self._look = look

    def show(self, **address: str) -> Response:
        try:
            file = self._look(_number(address), by=self.operator)
        except NoSuchCase:
            abort(404)
        case, identity = file.case, file.case.identity
        return self.render(
            "console/disputes/case.html",
            number=case.number,
            state=case.status.value,
            filed_at=shown_moment(case.filed_at),
            holder=case.citizen_id,
            holder_until=shown_moment(case.holder_until),
            claimant=identity.full_name.value,
            born=identity.birth_date.written,
            identity_number=identity.identity_number.value,
            phone=case.phone_number.national,
            carrier=case.carrier,
            reference=case.reference,
            story=case.story.splitlines(),
            steps=_shown_steps(file.steps),
            votes=[
                {
                    "at": shown_moment(vote.at),
                    "by": vote.by,
                    "outcome": vote.outcome.value,
                    "reason": vote.reason.splitlines(),
                    "void": vote.void,
                }
                for vote in file.votes
            ],
            is_open=case.is_open,
        )


class _CaseForm(ConsoleForm, Generic[F]):
    """A page on which something is done with a case, by an operator who has proved it anew."""

    permission = Permission.DECIDE_DISPUTES
    section = Section.DISPUTES
    form_class: type[F]
    template: str

    def __init__(self, frame: ConsoleFrame, database: Database) -> None:
        super().__init__(frame)
        self._database = database

    def show(self, **address: str) -> Response:
        """The form; nobody gives a code for a case that is not there."""
        number = _number(address)
        with self._database.reading() as reading:
            if not store.is_dispute(reading, number):
                abort(404)
        return self._ask(number, self._pages.form(self.form_class))

    def act(self, **address: str) -> Response:
        """Do it, and go back to the case, where it stands."""
        number, form = _number(address), self._pages.form(self.form_class)
        by = self._frame.prove(self.operator.name, form) if form.validate() else None
        try:
            is_done = by is not None and self.do(number, form, by)
        except NoSuchCase:
            abort(404)
        except CaseResolved:  # two others were faster: the case tells
            is_done = True
        if not is_done:
            return self._ask(number, form)
        return see_other(f"/console/disputes/{number}")

    @abstractmethod
    def do(self, number: CaseNumber, form: F, by: VerifiedOperator) -> bool:
        """Do it; false where it cannot be done, and *form* says why."""

    def _ask(self, number: CaseNumber, form: F) -> Response:
        return self.render(self.template, number=number, form=form)


class Decide(_CaseForm[DecideForm]):
    """`/console/disputes/<number>/decide`: one of two decisions."""

    form_class = DecideForm
    template = "console/disputes/decide.html"

    def __init__(self, frame: ConsoleFrame, database: Database, decide: DecideDispute) -> None:
        super().__init__(frame, database)
        self._decide = decide

    def do(self, number: CaseNumber, form: DecideForm, by: VerifiedOperator) -> bool:
        """Note it; the second same one, by somebody else, carries it out."""
        outcome = DisputeOutcome(form.outcome.data or "")
        try:
            ruling = self._decide(number, Decision(outcome, form.reason.data or "", by))
        except NumberGone:
            form.fail_number_gone()
            return False
        if ruling in _UNDONE:
            form.fail_ruling(ruling)
        return ruling not in _UNDONE


class Extend(_CaseForm[ExtendForm]):
    """`/console/disputes/<number>/extend`: more time for the holder."""

    form_class = ExtendForm
    template = "console/disputes/extend.html"

    def __init__(self, frame: ConsoleFrame, database: Database, conduct: ConductDispute) -> None:
        super().__init__(frame, database)
        self._conduct = conduct

    def do(self, number: CaseNumber, form: ExtendForm, by: VerifiedOperator) -> bool:
        """Give it."""
        self._conduct.extend(number, form.more, by=by)
        return True


class AskMore(_CaseForm[AskMoreForm]):
    """`/console/disputes/<number>/ask-more`: a question to one side."""

    form_class = AskMoreForm
    template = "console/disputes/ask_more.html"

    def __init__(self, frame: ConsoleFrame, database: Database, conduct: ConductDispute) -> None:
        super().__init__(frame, database)
        self._conduct = conduct

    def do(self, number: CaseNumber, form: AskMoreForm, by: VerifiedOperator) -> bool:
        side, question = Side(form.side.data or ""), form.question.data or ""
        self._conduct.ask_more(number, side, question, by=by)
        return True


def _number(address: dict[str, str]) -> CaseNumber:
    number = parse_case_number(address["number"])
    if number is None:
        abort(404)
    return number


def _shown_steps(steps: Sequence[DisputeStep]) -> list[dict[str, object]]:
    return [
        {
            "at": shown_moment(step.at),
            "kind": step.kind.value,
            "by": step.by,
            "words": (step.words or "").splitlines(),
            "until": shown_moment(step.until),
        }
        for step in steps
    ]
