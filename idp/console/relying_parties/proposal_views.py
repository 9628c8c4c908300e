"""`/console/proposals`: the list, one with all that differs, and the decision."""

from collections.abc import Mapping

from flask import Response, abort
from sqlalchemy.orm import Session

from idp.console.frame import ConsoleForm, ConsoleFrame, ConsolePage, Section
from idp.console.paging import ROWS
from idp.console.relying_parties.addresses import PROPOSALS
from idp.console.relying_parties.forms import (
    DecideProposalForm,
    WithdrawProposalForm,
)
from idp.console.relying_parties.tested import Tested
from idp.console.relying_parties.words import language
from idp.db.database import Database
from idp.integration_tests import store as integration_tests
from idp.integration_tests.model import Outcome, Run
from idp.onboarding import store
from idp.onboarding.access import MayNot, NotThere
from idp.onboarding.decide_proposal import DecideProposal
from idp.onboarding.diff import diff
from idp.onboarding.model import ProposalId, ProposalStatus, RelyingPartyProposal
from idp.onboarding.propose_production import (
    WithdrawProposal,
)
from idp.onboarding.rules import Ruling
from idp.operators.permissions import Permission, may, may_see
from idp.relying_parties.registration import InvalidRegistration
from idp.web.address import page_query
from idp.web.at_hand import request
from idp.web.see_other import see_other
from idp.web.shown_time import shown_moment

_MOST_DIGITS = 9  # a column of whole numbers holds no more
_UNDONE = frozenset({Ruling.OWN, Ruling.STALE, Ruling.UNTESTED})


class Proposals(ConsolePage):
    """`/console/proposals`: what waits to be decided, or everything."""

    permission = Permission.SEE_RELYING_PARTIES
    section = Section.RELYING_PARTIES

    def __init__(self, frame: ConsoleFrame, database: Database) -> None:
        super().__init__(frame)
        self._database = database

    def show(self, **address: str) -> Response:
        """The newest first."""
        every, before = request.args.get("state") == "all", request.args.get("before", "")
        with self._database.reading() as reading:
            found = store.proposals(
                reading,
                seen_by=self.operator,
                statuses=tuple(ProposalStatus) if every else (ProposalStatus.OPEN,),
                before=_number(before),
                limit=ROWS + 1,
            )
        rows = found[:ROWS]
        return self.render(
            "console/relying_parties/proposals.html",
            rows=[(each, shown_moment(each.proposed_at)) for each in rows],
            every=every,
            following=f"?{page_query(before=str(rows[-1].id))}" if len(found) > ROWS else None,
        )


class Proposal(ConsoleForm):
    """`/console/proposals/<proposal>`: all that differs, what was tested, and the decision."""

    permission = Permission.SEE_RELYING_PARTIES
    section = Section.RELYING_PARTIES

    def __init__(
        self, frame: ConsoleFrame, database: Database, decide: DecideProposal, tested: Tested
    ) -> None:
        super().__init__(frame)
        self._database = database
        self._decide = decide
        self._tested = tested

    def show(self, **address: str) -> Response:
        return self._look(self._proposal(address), self._pages.form(DecideProposalForm))

    def act(self, **address: str) -> Response:
        """The second operator's decision."""
        proposal = self._proposal(address)
        if not may(self.operator.role, Permission.APPROVE_PRODUCTION):
            return self.forbidden()
        form = self._pages.form(DecideProposalForm)
        by = self._frame.prove(self.operator.name, form) if form.validate() else None
        if by is None:
            return self._look(proposal, form)
        try:
            ruling = self._decide(
                proposal.id, approve=form.approves, by=by, reason=form.given_reason
            )
        except InvalidRegistration as invalid:
            return self._look(proposal, form, problems=invalid.problems)
        except (NotThere, MayNot):  # the role was taken away meanwhile
            abort(404)
        if ruling in _UNDONE:
            return self._look(proposal, form, ruling=ruling)
        return see_other(f"{PROPOSALS}/{proposal.id}")

    def _proposal(self, address: dict[str, str]) -> RelyingPartyProposal:
        return _proposal(self._database, self, address)

    def _look(
        self,
        proposal: RelyingPartyProposal,
        form: DecideProposalForm,
        *,
        ruling: Ruling | None = None,
        problems: tuple[str, ...] = (),
    ) -> Response:
        with self._database.reading() as reading:
            stands = store.found(reading, proposal.client_id)
            run = _run_before(reading, proposal)
            counts = {} if run is None else integration_tests.counts_of(reading, [run.id])[run.id]
        before: Mapping[str, object] = {} if stands is None else stands.registration
        is_open = proposal.status is ProposalStatus.OPEN
        decides = may(self.operator.role, Permission.APPROVE_PRODUCTION)
        return self.render(
            "console/relying_parties/proposal.html",
            proposal=proposal,
            proposed_at=shown_moment(proposal.proposed_at),
            closed_at=shown_moment(proposal.closed_at),
            changes=diff(before if is_open else {}, proposal.document),
            is_first=proposal.base_version is None,
            tested=self._tested.when_proposed(proposal),
            run=run,
            run_at=None if run is None else shown_moment(run.begun_at),
            passed=counts.get(Outcome.PASSED, 0),
            failed=counts.get(Outcome.FAILED, 0),
            not_applicable=counts.get(Outcome.NOT_APPLICABLE, 0),
            form=form,
            withdraw_form=self._pages.blank_form(WithdrawProposalForm),
            is_open=is_open,
            decides=is_open and decides and proposal.proposed_by != self.operator.name,
            is_own=proposal.proposed_by == self.operator.name,
            withdraws=is_open and may(self.operator.role, Permission.MANAGE_OWN_RELYING_PARTIES),
            ruling=ruling,
            problems=problems,
            language=language(),
        )


class ProposalWithdraw(ConsoleForm):
    """`/console/proposals/<proposal>/withdraw`: nobody has to decide any more."""

    permission = Permission.MANAGE_OWN_RELYING_PARTIES
    section = Section.RELYING_PARTIES

    def __init__(self, frame: ConsoleFrame, database: Database, withdraw: WithdrawProposal) -> None:
        super().__init__(frame)
        self._database = database
        self._withdraw = withdraw

    def show(self, **address: str) -> Response:
        """The button stands on the proposal's page."""
        proposal = _proposal(self._database, self, address)
        return see_other(f"{PROPOSALS}/{proposal.id}")

    def act(self, **address: str) -> Response:
        """Take it back; where it was decided meanwhile, its page tells."""
        proposal = _proposal(self._database, self, address)
        self._pages.form(WithdrawProposalForm)
        try:
            self._withdraw(proposal.id, by=self.operator)
        except (NotThere, MayNot):
            abort(404)
        return see_other(f"{PROPOSALS}/{proposal.id}")


def _proposal(
    database: Database, page: ConsolePage, address: dict[str, str]
) -> RelyingPartyProposal:
    """The proposal of this address; another team's gets the answer of none."""
    number = _number(address["proposal"])
    with database.reading() as reading:
        found = None if number is None else store.proposal(reading, number)
    if found is None or not may_see(page.operator, found.team):
        abort(404)
    return found


def _run_before(reading: Session, proposal: RelyingPartyProposal) -> Run | None:
    """The last integration test that was begun before somebody proposed."""
    runs = integration_tests.runs_of(reading, proposal.sandbox_client_id, limit=ROWS)
    return next((run for run in runs if run.begun_at <= proposal.proposed_at), None)


def _number(typed: str) -> ProposalId | None:
    is_number = typed.isascii() and typed.isdecimal() and len(typed) <= _MOST_DIGITS
    return ProposalId(int(typed)) if is_number else None
