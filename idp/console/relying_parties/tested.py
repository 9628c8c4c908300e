"""Whether what goes to production was tried as it is now."""

from idp.core.clock import Clock
from idp.db.database import Database
from idp.onboarding.model import RelyingPartyProposal
from idp.onboarding.ports import IntegrationReports
from idp.onboarding.propose_production import is_tested
from idp.onboarding.rules import OnboardingPolicy
from idp.relying_parties.model import RelyingPartyRecord


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
