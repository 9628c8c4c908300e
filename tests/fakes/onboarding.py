"""Everything that registers and approves, on a database and a registry of the test's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
from click.testing import CliRunner, Result
from sqlalchemy import select

from idp.audit.model import AuditEvent
from idp.citizens.password_hasher import PasswordHasher
from idp.core.clock import Clock
from idp.db.database import Database
from idp.onboarding.assign_team import AssignTeam
from idp.onboarding.commands import OnboardingDesk, onboarding_commands
from idp.onboarding.credentials import AddSecret, RetireSecret
from idp.onboarding.decide_proposal import DecideProposal
from idp.onboarding.disable import DisableRelyingParty
from idp.onboarding.model import ProposalId, Stale
from idp.onboarding.production_commands import add_production_commands
from idp.onboarding.propose_production import ProposeProduction, WithdrawProposal
from idp.onboarding.register_sandbox import ChangeSandbox, RegisterSandbox
from idp.onboarding.rules import OnboardingPolicy, Ruling
from idp.operators import store as operators
from idp.operators.model import OperatorName, OperatorRole, Team, TeamId, VerifiedOperator
from idp.operators.verify_operator import OperatorBudgets, VerifyOperator
from idp.relying_parties.commands import (
    Registrar,
    initial_access_token_command,
    lint_command,
)
from idp.relying_parties.initial_tokens import InitialTokens
from idp.relying_parties.logos import Logos
from idp.relying_parties.model import ClientId
from idp.relying_parties.ports import RegistryVersion
from idp.relying_parties.rotate_secret import RotateSecret
from idp.relying_parties.secrets import SecretHasher
from idp.relying_parties.switch import Switch
from idp.throttling.ports import Budget
from tests.fakes.fetcher import FetcherInMemory
from tests.fakes.registrations import registration
from tests.fakes.throttle import ThrottleInMemory

CLIENTS = Path(__file__).parents[2] / "clients"
POLICY = OnboardingPolicy(
    production_hosts=frozenset({"gov.vn"}),
    test_counts_for=timedelta(days=90),
    secret_lasts=timedelta(days=360),
    key_lasts=timedelta(days=365),
)
REASON = "the team asked for it"


def operator(
    name: str, role: OperatorRole = OperatorRole.OPERATOR, *teams: str
) -> VerifiedOperator:
    """Somebody at a console."""
    return VerifiedOperator(
        OperatorName(name), name.title(), role, frozenset(TeamId(team) for team in teams)
    )


LAN, HUONG = operator("lan"), operator("huong")
BUOI = operator("buoi", OperatorRole.PROVINCE_TEAM, "binh-dinh")
KHOAI = operator("khoai", OperatorRole.PROVINCE_TEAM, "dak-lak")


def production(client_id: str, sandbox: str, **changes: Any) -> dict[str, Any]:
    """A registration for production, of a portal that was tried as *sandbox*."""
    host = f"https://{client_id}.gov.vn"
    return registration(
        client_id,
        **{
            "environment": "production",
            "sandbox_client_id": sandbox,
            "redirect_uris": [f"{host}/callback"],
            "post_logout_redirect_uris": [f"{host}/bye"],
            "initiate_login_uri": f"{host}/start",
        }
        | changes,
    )


@dataclass
class ReportsInMemory:
    """Integration tests that were passed: implements `IntegrationReports`."""

    begun_at: dict[str, datetime] = field(default_factory=dict)

    def passed(self, client_id: ClientId, since: datetime) -> bool:
        """See `IntegrationReports`."""
        begun_at = self.begun_at.get(client_id)
        return begun_at is not None and begun_at >= since


@dataclass
class VersionInMemory:
    """Implements `RegistryVersion`; while *is_away* it cannot be asked."""

    number: int = 0
    is_away: bool = False

    def current(self) -> int:
        """See `RegistryVersion`."""
        return self.number

    def require(self) -> None:
        """See `RegistryVersion`."""
        if self.is_away:
            raise ConnectionError

    def bump(self) -> None:
        """See `RegistryVersion`."""
        self.require()
        self.number += 1


class OnboardingHouse:
    """The use cases, composed; what a test needs of them often in a word."""

    def __init__(
        self,
        database: Database,
        version: RegistryVersion,
        clock: Clock,
        *,
        hasher: PasswordHasher | None = None,
    ) -> None:
        self.database, self.version, self.clock = database, version, clock
        self.hasher = hasher or PasswordHasher(
            memory_kib=8, iterations=1, hashes_at_once=1, queue_deadline=timedelta(seconds=5)
        )
        self.reports = ReportsInMemory()
        self.fetcher = FetcherInMemory()
        self.secret_hasher = SecretHasher(b"p" * 32)
        tools: Mapping[str, Any] = {"database": database, "version": version, "clock": clock}
        logos = Logos(fetcher=self.fetcher, database=database, version=version)
        self.desk = OnboardingDesk(
            folder=CLIENTS,
            verify=VerifyOperator(
                database=database,
                hasher=self.hasher,
                throttle=ThrottleInMemory(clock),
                budgets=OperatorBudgets(Budget("operator", ()), Budget("operators", ())),
                clock=clock,
            ),
            register=RegisterSandbox(
                policy=POLICY, hasher=self.secret_hasher, logos=logos, **tools
            ),
            change=ChangeSandbox(policy=POLICY, logos=logos, **tools),
            propose=ProposeProduction(
                policy=POLICY, reports=self.reports, database=database, clock=clock
            ),
            withdraw=WithdrawProposal(database=database, clock=clock),
            decide=DecideProposal(policy=POLICY, reports=self.reports, logos=logos, **tools),
            add_secret=AddSecret(policy=POLICY, hasher=self.secret_hasher, **tools),
            retire_secret=RetireSecret(**tools),
            rotate_secret=RotateSecret(
                hasher=self.secret_hasher, lasts=POLICY.secret_lasts, **tools
            ),
            disable=DisableRelyingParty(switch=Switch(**tools), database=database),
            assign=AssignTeam(**tools),
            database=database,
        )
        for team in ("binh-dinh", "dak-lak"):
            self._keep_team(TeamId(team))
        self.registrar = Registrar(
            database=database,
            initial_tokens=InitialTokens(database=database, clock=clock),
            clock=clock,
        )

    def run(self, *arguments: str, typed: str | None = None) -> Result:
        """`idp relying-parties …`, with what is *typed* on its standard input."""
        return CliRunner().invoke(self._commands(), arguments, input=typed)

    def events(self, kind: str) -> list[dict[str, object]]:
        """What the audit log says of that kind, in order."""
        found = select(AuditEvent.details).where(AuditEvent.kind == kind).order_by(AuditEvent.id)
        with self.database.reading() as reading:
            return [dict(details) for details in reading.execute(found).scalars()]

    def tested(self, client_id: str) -> None:
        """Have the integration test passed for a sandbox registration as it is now."""
        self.reports.begun_at[client_id] = self.clock.now()

    def tried(self, client_id: str, team: str | None = None, **changes: Any) -> None:
        """Have a sandbox registration that has passed the test."""
        self.desk.register(registration(client_id, **changes), team=team, by=LAN)
        self.tested(client_id)

    def propose(
        self,
        document: Mapping[str, object],
        *,
        by: VerifiedOperator = LAN,
        base_version: int | None = None,
    ) -> ProposalId:
        """Have a proposal; nobody was faster."""
        answer = self.desk.propose(document, base_version=base_version, by=by, reason=REASON)
        assert not isinstance(answer, Stale)
        return answer

    def put_into_production(self, client_id: str, sandbox: str, **changes: Any) -> None:
        """Have a registration in production, by way of two operators."""
        proposal = self.propose(production(client_id, sandbox, **changes))
        ruling = self.desk.decide(proposal, approve=True, by=HUONG, reason=REASON)
        assert ruling is Ruling.APPROVED

    def _keep_team(self, team: TeamId) -> None:
        with self.database.transaction() as transaction:
            if operators.team(transaction, team) is None:
                transaction.add(
                    Team(
                        id=team,
                        name=f"Đội {team}",
                        created_at=self.clock.now(),
                        created_by=OperatorName("lan"),
                    )
                )

    def _commands(self) -> click.Group:
        group = onboarding_commands(lambda: self.desk)
        add_production_commands(group, lambda: self.desk)
        group.add_command(lint_command(lambda: self.registrar))
        group.add_command(initial_access_token_command(lambda: self.registrar))
        return group
