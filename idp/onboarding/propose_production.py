"""Proposing a registration for production: what was tried, in the words it is to have there."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from idp.audit.events import ProductionProposed, ProductionWithdrawn
from idp.audit.log import record
from idp.core.clock import Clock
from idp.core.environment import Environment
from idp.core.reason import Reason
from idp.db.database import Database
from idp.onboarding import store, versions
from idp.onboarding.access import NotThere, own, require
from idp.onboarding.diff import diff
from idp.onboarding.model import ProposalId, ProposalStatus, RelyingPartyProposal, Stale
from idp.onboarding.ports import IntegrationReports
from idp.onboarding.register_sandbox import refuse_other, refuse_taken_sector
from idp.onboarding.rules import OnboardingPolicy, checked, untested
from idp.operators.model import VerifiedOperator
from idp.operators.permissions import Permission, may_see
from idp.relying_parties import store as relying_parties
from idp.relying_parties.model import ClientId, RelyingPartyRecord
from idp.relying_parties.problems import Rule, problem
from idp.relying_parties.registration import (
    InvalidRegistration,
    Registration,
    parse_registration,
)


class Untested(Exception):
    """The sandbox registration, as it is now, has not passed the integration test lately."""


class Unchanged(Exception):
    """What is proposed is what is registered."""


class AlreadyProposed(Exception):
    """A proposal for that registration waits to be decided."""


class ProposeProduction:
    """Writes down what one operator wants in production, for another one to decide."""

    def __init__(
        self,
        *,
        policy: OnboardingPolicy,
        reports: IntegrationReports,
        database: Database,
        clock: Clock,
    ) -> None:
        self._policy = policy
        self._reports = reports
        self._database = database
        self._clock = clock

    def __call__(
        self,
        document: Mapping[str, object],
        *,
        base_version: int | None,
        by: VerifiedOperator,
        reason: Reason,
    ) -> ProposalId | Stale:
        """
        Propose a first registration (*base_version* is `None`), or a change of that version.

        `Stale` where the registration was changed since. Raises `InvalidRegistration`, `Untested`,
        `Unchanged`, `AlreadyProposed`, `NotThere`, `MayNot`.
        """
        require(by, Permission.MANAGE_OWN_RELYING_PARTIES)
        registration = checked(document, self._policy)
        if registration.relying_party.environment is not Environment.PRODUCTION:
            raise InvalidRegistration(
                [problem("environment", Rule.NOT_ONE_OF, Environment.PRODUCTION)]
            )
        sandbox = registration.relying_party.sandbox_client_id
        if sandbox is None or not is_tested(
            self._database, self._reports, self._policy, sandbox, self._clock.now()
        ):
            raise Untested(sandbox)
        try:
            return self._store(registration, sandbox, base_version, by, reason)
        except IntegrityError:
            raise AlreadyProposed(registration.relying_party.client_id) from None

    def _store(
        self,
        registration: Registration,
        sandbox: ClientId,
        base_version: int | None,
        by: VerifiedOperator,
        reason: Reason,
    ) -> ProposalId | Stale:
        party, now = registration.relying_party, self._clock.now()
        with self._database.transaction() as transaction:
            tried = _sandbox(transaction, sandbox, by)
            differing = untested(party, parse_registration(tried.registration).relying_party)
            if differing:
                raise InvalidRegistration(differing)
            row = relying_parties.record_of(transaction, party.client_id)
            if row is None:
                if base_version is not None:
                    raise NotThere(party.client_id)
                refuse_taken_sector(transaction, party, by)
            else:
                stale = self._against(transaction, row, registration, base_version, by)
                if stale is not None:
                    return stale
            if store.open_proposal_of(transaction, party.client_id) is not None:
                raise AlreadyProposed(party.client_id)
            proposal = RelyingPartyProposal(
                client_id=party.client_id,
                sandbox_client_id=sandbox,
                team=tried.team if row is None else row.team,
                document=dict(registration.document),
                base_version=base_version,
                status=ProposalStatus.OPEN,
                proposed_by=by.name,
                proposed_at=now,
                reason=reason,
            )
            transaction.add(proposal)
            transaction.flush()
            before: Mapping[str, object] = {} if row is None else row.registration
            changed = diff(before, registration.document)
            event = ProductionProposed(
                client_id=party.client_id,
                proposal=proposal.id,
                changed=tuple(change.field for change in changed) if row is not None else (),
                by=by.name,
                reason=reason,
            )
            record(transaction, event, now)
            return proposal.id

    def _against(
        self,
        transaction: Session,
        row: RelyingPartyRecord,
        registration: Registration,
        base_version: int | None,
        by: VerifiedOperator,
    ) -> Stale | None:
        """Compare with what is registered under that id; who may not see it learns no more."""
        party = registration.relying_party
        if base_version is None or not may_see(by, row.team):
            raise InvalidRegistration(
                [problem("client_id", Rule.CLIENT_ID_TAKEN, value=party.client_id)]
            )
        refuse_other(row, party, Environment.PRODUCTION)
        stale = versions.stale(transaction, row, base_version)
        if stale is None and not diff(row.registration, registration.document):
            raise Unchanged(party.client_id)
        return stale


class WithdrawProposal:
    """Takes a proposal back before it is decided."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def __call__(self, proposal_id: ProposalId, *, by: VerifiedOperator) -> bool:
        """Whether it was still open. Raises `NotThere`, `MayNot`."""
        require(by, Permission.MANAGE_OWN_RELYING_PARTIES)
        now = self._clock.now()
        with self._database.transaction() as transaction:
            proposal = store.locked_proposal(transaction, proposal_id)
            if proposal is None or not may_see(by, proposal.team):
                raise NotThere(proposal_id)
            if proposal.status is not ProposalStatus.OPEN:
                return False
            proposal.status = ProposalStatus.WITHDRAWN
            proposal.closed_by, proposal.closed_at = by.name, now
            event = ProductionWithdrawn(
                client_id=proposal.client_id, proposal=proposal.id, by=by.name
            )
            record(transaction, event, now)
        return True


def is_tested(
    database: Database,
    reports: IntegrationReports,
    policy: OnboardingPolicy,
    sandbox: ClientId,
    at: datetime,
) -> bool:
    """
    Whether the sandbox registration, as it was at that moment, had passed the test by then.

    A test says something of what was tested: one from before a change is worth nothing.
    """
    with database.reading() as reading:
        changed_at = store.changed_at(reading, sandbox, until=at)
    if changed_at is None:
        return False
    return reports.passed(sandbox, max(changed_at, at - policy.test_counts_for))


def _sandbox(session: Session, client_id: ClientId, by: VerifiedOperator) -> RelyingPartyRecord:
    """The registration that was tried. Raises `InvalidRegistration`."""
    try:
        row = own(session, client_id, by)
    except NotThere:
        row = None
    if row is None or row.environment is not Environment.SANDBOX:
        raise InvalidRegistration([problem("sandbox_client_id", Rule.NO_SANDBOX, value=client_id)])
    return row
