"""Deciding about a proposal: the second operator's word, and what follows from it."""

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from idp.api_clients.store import people_behind
from idp.audit.events import ProductionDecided
from idp.audit.log import record
from idp.core.clock import Clock
from idp.core.reason import Reason
from idp.db.database import Database
from idp.onboarding import store, versions
from idp.onboarding.access import NotThere, require
from idp.onboarding.model import ProposalId, ProposalStatus, RelyingPartyProposal
from idp.onboarding.ports import IntegrationReports
from idp.onboarding.propose_production import is_tested
from idp.onboarding.register_sandbox import refuse_other
from idp.onboarding.rules import OnboardingPolicy, Ruling, checked, rule_on
from idp.operators.model import VerifiedOperator
from idp.operators.permissions import Permission, may_see
from idp.relying_parties import store as relying_parties
from idp.relying_parties.logos import Logos
from idp.relying_parties.model import RelyingPartyRecord
from idp.relying_parties.ports import RegistryVersion
from idp.relying_parties.registration import Registration


class DecideProposal:
    """Notes the decision of an operator who did not propose it; an approved one is so at once."""

    def __init__(
        self,
        *,
        policy: OnboardingPolicy,
        reports: IntegrationReports,
        logos: Logos,
        database: Database,
        version: RegistryVersion,
        clock: Clock,
    ) -> None:
        self._policy = policy
        self._reports = reports
        self._logos = logos
        self._database = database
        self._version = version
        self._clock = clock

    def __call__(
        self, proposal_id: ProposalId, *, approve: bool, by: VerifiedOperator, reason: Reason
    ) -> Ruling:
        """
        Decide; what became of it. Of two decisions at once one counts.

        A new registration has no secret yet: its team makes the first, so that no third person
        sees it. Raises `NotThere`, `MayNot`, and `InvalidRegistration` where a rule was made
        since: then it can only be refused.
        """
        require(by, Permission.APPROVE_PRODUCTION)
        tested = self._is_tested(proposal_id)
        self._version.require()
        try:
            ruling, registration, changed = self._decide(
                proposal_id, approve=approve, tested=tested, by=by, reason=reason
            )
        except IntegrityError:  # somebody registered that id a moment ago
            return Ruling.STALE
        if registration is not None:
            self._version.bump()
            party = registration.relying_party
            if "logo_uri" in changed:
                self._logos.refresh(party.client_id, party.logo_uri)
        return ruling

    def _decide(
        self,
        proposal_id: ProposalId,
        *,
        approve: bool,
        tested: bool,
        by: VerifiedOperator,
        reason: Reason,
    ) -> tuple[Ruling, Registration | None, frozenset[str]]:
        """
        What became of it; and the registration that is so from now on, if there is one, with the
        names of what differs from before.
        """
        now = self._clock.now()
        registration, changed = None, frozenset[str]()
        with self._database.transaction() as transaction:
            found = store.proposal(transaction, proposal_id)
            if found is None:
                raise NotThere(proposal_id)
            # The registration before its proposal, as by whoever gives both to a team: else two
            # wait for each other.
            row = relying_parties.record_of(transaction, found.client_id)
            proposal = store.locked_proposal(transaction, proposal_id)
            if proposal is None or not may_see(by, proposal.team):
                raise NotThere(proposal_id)
            ruling = rule_on(
                approve=approve,
                by=by.name,
                behind=people_behind(transaction, proposal.proposed_by),
                status=proposal.status,
                is_current=proposal.base_version == (None if row is None else row.version),
                tested=tested,
            )
            if ruling not in {Ruling.APPROVED, Ruling.REFUSED}:
                return ruling, None, changed
            if ruling is Ruling.APPROVED:
                registration = checked(proposal.document, self._policy)
                changed = self._carry_out(transaction, proposal, row, registration)
            proposal.status = ProposalStatus(ruling.value)
            proposal.closed_by, proposal.closed_at = by.name, now
            proposal.closing_reason = reason
            event = ProductionDecided(
                client_id=proposal.client_id,
                proposal=proposal.id,
                approved=ruling is Ruling.APPROVED,
                proposed_by=proposal.proposed_by,
                by=by.name,
                reason=reason,
            )
            record(transaction, event, now)
        return ruling, registration, changed

    def _is_tested(self, proposal_id: ProposalId) -> bool:
        """Whether it had been tested when it was proposed, as the report says now."""
        with self._database.reading() as reading:
            found = store.proposal(reading, proposal_id)
        if found is None:
            return False
        return is_tested(
            self._database,
            self._reports,
            self._policy,
            found.sandbox_client_id,
            found.proposed_at,
        )

    def _carry_out(
        self,
        transaction: Session,
        proposal: RelyingPartyProposal,
        row: RelyingPartyRecord | None,
        registration: Registration,
    ) -> frozenset[str]:
        """The names of what differs from before."""
        now, by, reason = self._clock.now(), proposal.proposed_by, proposal.reason
        lasts = self._policy.key_lasts
        if row is None:
            versions.add(
                transaction,
                registration,
                by=by,
                reason=reason,
                team=proposal.team,
                key_lasts=lasts,
                at=now,
            )
            return frozenset(registration.document)
        refuse_other(row, registration.relying_party, registration.relying_party.environment)
        changes = versions.replace(
            transaction, row, registration, by=by, reason=reason, key_lasts=lasts, at=now
        )
        return frozenset(change.field for change in changes)
