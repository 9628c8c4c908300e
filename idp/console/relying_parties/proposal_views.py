"""Proposals for production: making one, the list, one with all that differs, and the decision."""

from collections.abc import Mapping

from flask import Response, abort, redirect, request

from idp.console.frame import ConsoleForm, ConsoleFrame, ConsolePage, Section
from idp.console.paging import ROWS
from idp.console.relying_parties.addresses import PROPOSALS
from idp.console.relying_parties.forms import (
    DecideProposalForm,
    ProposeForm,
    WithdrawProposalForm,
)
from idp.console.relying_parties.one_party import OnePartyForm, moment
from idp.console.relying_parties.parts import MEMBERS, members_of
from idp.console.relying_parties.words import language
from idp.core.clock import Clock
from idp.core.environment import Environment
from idp.db.database import Database
from idp.onboarding import store
from idp.onboarding.access import MayNot, NotThere
from idp.onboarding.decide_proposal import DecideProposal
from idp.onboarding.diff import diff
from idp.onboarding.model import ProposalId, ProposalStatus, RelyingPartyProposal, Stale
from idp.onboarding.ports import IntegrationReports
from idp.onboarding.propose_production import (
    AlreadyProposed,
    ProposeProduction,
    Unchanged,
    Untested,
    WithdrawProposal,
    is_tested,
)
from idp.onboarding.rules import OnboardingPolicy, Ruling
from idp.operators.permissions import Permission, may, may_see
from idp.relying_parties.model import RelyingPartyRecord
from idp.relying_parties.registration import InvalidRegistration
from idp.web.address import page_query

_MOST_DIGITS = 18
_UNDONE = frozenset({Ruling.OWN, Ruling.STALE, Ruling.UNTESTED})


class Tested:
    """Whether what is proposed was tried as it is now."""

    def __init__(
        self,
        database: Database,
        reports: IntegrationReports,
        policy: OnboardingPolicy,
        clock: Clock,
    ) -> None:
        self._database = database
        self._reports = reports
        self._policy = policy
        self._clock = clock

    def now(self, party: RelyingPartyRecord) -> bool:
        """Whether a sandbox registration passed, as it stands."""
        return is_tested(
            self._database, self._reports, self._policy, party.client_id, self._clock.now()
        )

    def when_proposed(self, proposal: RelyingPartyProposal) -> bool:
        """Whether it had passed when it was proposed."""
        return is_tested(
            self._database,
            self._reports,
            self._policy,
            proposal.sandbox_client_id,
            proposal.proposed_at,
        )


class Propose(OnePartyForm):
    """
    `/console/relying-parties/<client_id>/propose`: what was tried goes to production.

    Addresses and keys are production's own; names, claims, level and protocol are those that were
    tested.
    """

    permission = Permission.MANAGE_OWN_RELYING_PARTIES

    def __init__(
        self, frame: ConsoleFrame, database: Database, propose: ProposeProduction, tested: Tested
    ) -> None:
        super().__init__(frame, database)
        self._propose = propose
        self._tested = tested

    def show(self, **address: str) -> Response:
        """The form, filled with what production has, or with what was tried."""
        party = self._tried(address)
        production = self._production(party)
        filled = ProposeForm.values((production or party).registration)
        filled["client_id"] = "" if production is None else production.client_id
        version = "" if production is None else str(production.version)
        form = self._pages.form(ProposeForm, **filled | {"base_version": version})
        return self._ask(party, production, form)

    def act(self, **address: str) -> Response:
        """Write it down, and go to its page."""
        party = self._tried(address)
        production = self._production(party)
        form = self._pages.form(ProposeForm)
        if not form.validate():
            return self._ask(party, production, form)
        document = _proposed(party, production, form)
        try:
            made = self._propose(
                document,
                base_version=None if production is None else form.seen_version,
                by=self.operator,
                reason=form.given_reason,
            )
        except InvalidRegistration as invalid:
            form.fail_with(invalid.found)
        except (Untested, Unchanged, AlreadyProposed) as refused:
            return self._ask(party, production, form, refused=type(refused).__name__)
        except (NotThere, MayNot):  # taken out of the team meanwhile
            abort(404)
        else:
            if not isinstance(made, Stale):
                return redirect(f"{PROPOSALS}/{made}", 303)  # type: ignore[return-value]
            form.base_version.data = str(made.version)
            return self._ask(party, production, form, stale=made)
        return self._ask(party, production, form)

    def _tried(self, address: dict[str, str]) -> RelyingPartyRecord:
        party = self.sandbox(address)
        if not self.manages(party):
            abort(404)
        return party

    def _production(self, party: RelyingPartyRecord) -> RelyingPartyRecord | None:
        """The registration for production that it was the trial of, where there is one."""
        with self._database.reading() as reading:
            known = store.production_of(reading, party.client_id)
            return store.found(reading, known[0]) if known else None

    def _ask(
        self,
        party: RelyingPartyRecord,
        production: RelyingPartyRecord | None,
        form: ProposeForm,
        *,
        stale: Stale | None = None,
        refused: str | None = None,
    ) -> Response:
        return self.render_about(
            party,
            "console/relying_parties/propose.html",
            form=form,
            production=production,
            tested=self._tested.now(party),
            stale=stale,
            stale_at=None if stale is None else moment(stale.at),
            refused=refused,
            language=language(),
        )


class Proposals(ConsolePage):
    """`/console/proposals`: what waits to be decided, or everything."""

    permission = Permission.SEE_RELYING_PARTIES
    section = Section.RELYING_PARTIES

    def __init__(self, frame: ConsoleFrame, database: Database) -> None:
        super().__init__(frame)
        self._database = database

    def show(self, **address: str) -> Response:  # noqa: ARG002 (one address)
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
            rows=[(each, moment(each.proposed_at)) for each in rows],
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
        """The page."""
        return self._look(self._proposal(address), self._pages.form(DecideProposalForm))

    def act(self, **address: str) -> Response:
        """The second operator's decision."""
        proposal = self._proposal(address)
        if not may(self.operator.role, Permission.APPROVE_PRODUCTION):
            return self.render("console/forbidden.html", status=403)
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
        return redirect(f"{PROPOSALS}/{proposal.id}", 303)  # type: ignore[return-value]

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
        before: Mapping[str, object] = {} if stands is None else stands.registration
        is_open = proposal.status is ProposalStatus.OPEN
        decides = may(self.operator.role, Permission.APPROVE_PRODUCTION)
        return self.render(
            "console/relying_parties/proposal.html",
            proposal=proposal,
            proposed_at=moment(proposal.proposed_at),
            closed_at=moment(proposal.closed_at),
            changes=diff(before if is_open else {}, proposal.document),
            is_first=proposal.base_version is None,
            tested=self._tested.when_proposed(proposal),
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
        return redirect(f"{PROPOSALS}/{proposal.id}", 303)  # type: ignore[return-value]

    def act(self, **address: str) -> Response:
        """Take it back; where it was decided meanwhile, its page tells."""
        proposal = _proposal(self._database, self, address)
        self._pages.form(WithdrawProposalForm)
        try:
            self._withdraw(proposal.id, by=self.operator)
        except (NotThere, MayNot):
            abort(404)
        return redirect(f"{PROPOSALS}/{proposal.id}", 303)  # type: ignore[return-value]


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


def _proposed(
    party: RelyingPartyRecord, production: RelyingPartyRecord | None, form: ProposeForm
) -> dict[str, object]:
    """What was tried, with the addresses and keys of production."""
    own = {*members_of(ProposeForm)} - {MEMBERS["client_id"]}
    tried = {name: value for name, value in party.registration.items() if name not in own}
    client_id = form.client_id.data or "" if production is None else production.client_id
    return form.merged(tried) | {
        "client_id": client_id,
        "environment": Environment.PRODUCTION.value,
        "sandbox_client_id": party.client_id,
    }


def _number(typed: str) -> ProposalId | None:
    is_number = typed.isascii() and typed.isdecimal() and len(typed) <= _MOST_DIGITS
    return ProposalId(int(typed)) if is_number else None
