"""The pages about relying parties put together."""

from dataclasses import dataclass

from flask import Blueprint

from idp.console.frame import ConsoleFrame
from idp.console.relying_parties.addresses import PARTIES, PARTIES_FILE, PROPOSALS, REGISTER
from idp.console.relying_parties.change_views import ChangePart
from idp.console.relying_parties.credential_views import (
    Credentials,
    SecretAdd,
    SecretRetire,
    SecretShown,
)
from idp.console.relying_parties.proposal_views import (
    Proposal,
    Proposals,
    ProposalWithdraw,
)
from idp.console.relying_parties.propose_views import Propose
from idp.console.relying_parties.state_views import Assign, Switch
from idp.console.relying_parties.tested import Tested
from idp.console.relying_parties.views import Parties, PartiesFile, Party, Snippets, Versions
from idp.console.relying_parties.wizard_views import WizardCheck, WizardStart, WizardStep
from idp.core.clock import Clock
from idp.db.database import Database
from idp.onboarding.assign_team import AssignTeam
from idp.onboarding.credentials import AddSecret, RetireSecret
from idp.onboarding.decide_proposal import DecideProposal
from idp.onboarding.disable import DisableRelyingParty
from idp.onboarding.drafts import FreshSecrets, RegistrationDrafts
from idp.onboarding.look_at_keys import LookAtKeys
from idp.onboarding.ports import IntegrationReports
from idp.onboarding.propose_production import ProposeProduction, WithdrawProposal
from idp.onboarding.register_sandbox import ChangeSandbox, RegisterSandbox
from idp.onboarding.rules import OnboardingPolicy
from idp.relying_parties.ports import RelyingParties


@dataclass(frozen=True, slots=True, kw_only=True)
class RelyingPartyDesk:
    """What these pages work with."""

    policy: OnboardingPolicy
    relying_parties: RelyingParties
    drafts: RegistrationDrafts
    fresh: FreshSecrets
    reports: IntegrationReports
    register: RegisterSandbox
    change: ChangeSandbox
    propose: ProposeProduction
    withdraw: WithdrawProposal
    decide: DecideProposal
    add_secret: AddSecret
    retire_secret: RetireSecret
    disable: DisableRelyingParty
    assign: AssignTeam
    look_at_keys: LookAtKeys
    issuer: str
    database: Database
    clock: Clock


def relying_party_routes(frame: ConsoleFrame, desk: RelyingPartyDesk) -> Blueprint:
    database, clock = desk.database, desk.clock
    tested = Tested(database, desk.reports, desk.policy, clock)
    wizard = (frame, desk.drafts, desk.relying_parties, desk.policy, database)
    one, draft = f"{PARTIES}/<client_id>", f"{REGISTER}/<draft>"
    blueprint = Blueprint("console_relying_parties", __name__)
    for path, view in (
        (PARTIES, Parties.as_view("parties", frame, database)),
        (PARTIES_FILE, PartiesFile.as_view("parties_file", frame, database)),
        (REGISTER, WizardStart.as_view("register", *wizard)),
        (f"{draft}/<step>", WizardStep.as_view("step", *wizard)),
        (
            f"{draft}/check",
            WizardCheck.as_view("check", *wizard, register=desk.register, fresh=desk.fresh),
        ),
        (one, Party.as_view("party", frame, database, desk.policy, clock)),
        (f"{one}/change/<part>", ChangePart.as_view("change", frame, database, desk.change, clock)),
        (f"{one}/versions", Versions.as_view("versions", frame, database)),
        (f"{one}/snippets", Snippets.as_view("snippets", frame, database, desk.issuer)),
        (
            f"{one}/secrets",
            Credentials.as_view("secrets", frame, database, desk.look_at_keys, clock),
        ),
        (
            f"{one}/secrets/new",
            SecretAdd.as_view("secret_add", frame, database, desk.add_secret, desk.fresh),
        ),
        (
            f"{one}/secrets/<secret>/retire",
            SecretRetire.as_view("secret_retire", frame, database, desk.retire_secret, clock),
        ),
        (f"{one}/secret", SecretShown.as_view("secret", frame, database, desk.fresh)),
        (
            f"{one}/disable",
            Switch.as_view("disable", frame, database, desk.disable, on=False),
        ),
        (f"{one}/enable", Switch.as_view("enable", frame, database, desk.disable, on=True)),
        (f"{one}/team", Assign.as_view("assign", frame, database, desk.assign)),
        (f"{one}/propose", Propose.as_view("propose", frame, database, desk.propose, tested)),
        (PROPOSALS, Proposals.as_view("proposals", frame, database)),
        (
            f"{PROPOSALS}/<proposal>",
            Proposal.as_view("proposal", frame, database, desk.decide, tested),
        ),
        (
            f"{PROPOSALS}/<proposal>/withdraw",
            ProposalWithdraw.as_view("withdraw", frame, database, desk.withdraw),
        ),
    ):
        blueprint.add_url_rule(path, view_func=view)
    return blueprint
