"""Making an installation ready, and looking after it from a shell."""

from functools import cache
from pathlib import Path
from typing import Final

import click

from idp.announcements.announce import PublishAnnouncement, WithdrawAnnouncement
from idp.announcements.commands import AnnouncementDesk, announcements_commands
from idp.api_clients.commands import ApiClientDesk, api_clients_commands
from idp.api_clients.manage import AddApiClient, DisableApiClient, RenewApiClient
from idp.app.key_changes import record_key_change
from idp.app.manuals import manual
from idp.app.parts import Parts
from idp.app.policies import onboarding_policy
from idp.audit.commands import LogDesk, audit_commands
from idp.audit.verify import VerifyLog
from idp.authenticators.forget_devices import end_authenticators
from idp.backchannel.commands import logouts_command
from idp.consents.commands import consents_commands
from idp.core.environment import Environment
from idp.counter_visits.commands import Counter, confirm_visit_command
from idp.counter_visits.confirm_visit import ConfirmVisit
from idp.data_requests.answer_request import AnswerRequest
from idp.data_requests.commands import DataRequestDesk, data_requests_commands
from idp.data_requests.look_at_request import LookAtRequest
from idp.db.commands import db_commands
from idp.db.migrate import migrate
from idp.disputes.commands import DisputeDesk, disputes_commands
from idp.disputes.decide_dispute import ConductDispute, DecideDispute
from idp.disputes.look_at_case import LookAtCase
from idp.failures.commands import failures_commands
from idp.helpdesk.commands import Helpdesk, citizens_commands
from idp.helpdesk.find_citizen import FindCitizen
from idp.integration_tests.begin_run import BeginRun
from idp.integration_tests.commands import RunDesk, integration_tests_commands
from idp.integration_tests.reports import Reports
from idp.onboarding.assign_team import AssignTeam
from idp.onboarding.commands import OnboardingDesk, onboarding_commands
from idp.onboarding.credentials import AddSecret, RetireSecret
from idp.onboarding.decide_proposal import DecideProposal
from idp.onboarding.disable import DisableRelyingParty
from idp.onboarding.production_commands import add_production_commands
from idp.onboarding.propose_production import ProposeProduction, WithdrawProposal
from idp.onboarding.register_sandbox import ChangeSandbox, RegisterSandbox
from idp.operators.add_operator import AddOperator
from idp.operators.change_members import AddMember, RemoveMember
from idp.operators.commands import OperatorDesk, operators_commands
from idp.operators.create_team import CreateTeam, RenameTeam
from idp.operators.disable_operator import DisableOperator
from idp.operators.keep_operators import keep_operators, read_operators
from idp.operators.log_commands import ReadingDesk, add_log_commands
from idp.operators.take_events import TakeEvents
from idp.operators.team_commands import TeamDesk, team_commands
from idp.processes.configuration import config_commands
from idp.relying_parties.commands import (
    Registrar,
    initial_access_token_command,
    lint_command,
)
from idp.relying_parties.files import read_registrations, registration_files
from idp.relying_parties.initial_tokens import InitialTokens
from idp.relying_parties.register import Register
from idp.relying_parties.rotate_secret import RotateSecret
from idp.relying_parties.switch import Switch
from idp.settings import Settings, load
from idp.signing.commands import keys_commands
from idp.signing.material import SigningAlgorithm
from idp.signing.rotate import create_missing
from idp.statistics.commands import statistics_command
from idp.statistics.report import Statistics
from idp.test_people.commands import TestPeopleDesk, add_test_people_command
from idp.test_people.renew import RenewTestPeople
from idp.throttling.ports import Budget
from idp.totp.codes import new_totp_secret
from idp.unrecognised.commands import ReportDesk, reports_command

MIGRATIONS: Final = str(Path(__file__).parent.parent / "migrations")


def prepare(settings: Settings, *, client_secrets: Path, operators: Path | None = None) -> None:
    """
    Make an installation ready; safe to repeat.

    Migrations applied, a signing key of each algorithm made where there is none, the relying
    parties of `registrations.folder`, if there are any, registered. The secret of each new one is
    written to `<client_secrets>/<client_id>.client_secret`, readable by its owner alone. The
    operators in the file *operators* are added where there are none.
    """
    parts = Parts(settings)
    migrate(parts.flask, MIGRATIONS)
    create_missing(parts.keys, tuple(SigningAlgorithm), parts.clock)
    registrations = [
        each
        for each in read_registrations(registration_files(settings.registrations.folder))
        if each.relying_party.environment is Environment.SANDBOX  # production is two operators'
    ]
    client_secrets.mkdir(mode=0o700, parents=True, exist_ok=True)  # while no secret can be lost
    for client_id, secret in _register(parts).apply(registrations).items():
        path = client_secrets / f"{client_id}.client_secret"
        path.touch(mode=0o600)
        path.write_text(secret, "utf-8")
    if operators is not None:
        add = AddOperator(database=parts.database, hasher=parts.hasher, clock=parts.clock)
        keep_operators(read_operators(operators), add=add, clock=parts.clock)
    parts.database.engine.dispose()


def command_line() -> click.Group:
    """The commands of the capabilities; each builds what it needs when it is run."""

    @click.group()
    def commands() -> None:
        """Everything an operator does from a shell."""

    @cache
    def parts() -> Parts:
        return Parts(load())

    commands.add_command(db_commands(lambda: parts().flask, MIGRATIONS))
    commands.add_command(
        keys_commands(
            lambda: (parts().keys, parts().rotation, parts().clock),
            lambda change, details: record_key_change(parts(), change, details),
        )
    )
    relying_parties = onboarding_commands(lambda: onboarding_desk(parts()))
    add_production_commands(relying_parties, lambda: onboarding_desk(parts()))
    relying_parties.add_command(lint_command(lambda: _registrar(parts())))
    relying_parties.add_command(initial_access_token_command(lambda: _registrar(parts())))
    relying_parties.add_command(logouts_command(lambda: parts().database))
    commands.add_command(relying_parties)
    commands.add_command(announcements_commands(lambda: announcement_desk(parts())))
    commands.add_command(api_clients_commands(lambda: api_client_desk(parts())))
    commands.add_command(operators_commands(lambda: _operator_desk(parts())))
    commands.add_command(team_commands(lambda: _team_desk(parts())))
    citizens = citizens_commands(lambda: helpdesk_of(parts()))
    citizens.add_command(confirm_visit_command(lambda: counter(parts())))
    citizens.add_command(
        add_test_people_command(
            lambda: TestPeopleDesk(
                verify=parts().verify_operator,
                renew=renew_test_people(parts()),
                database=parts().database,
            )
        )
    )
    citizens.add_command(
        reports_command(
            lambda: ReportDesk(verify=parts().verify_operator, database=parts().database)
        )
    )
    commands.add_command(citizens)
    commands.add_command(disputes_commands(lambda: dispute_desk(parts())))
    commands.add_command(
        failures_commands(lambda: parts().database, lambda: manual(parts().settings))
    )
    commands.add_command(
        statistics_command(lambda: Statistics(database=parts().database, clock=parts().clock))
    )
    audit = audit_commands(lambda: _log_desk(parts()))
    add_log_commands(audit, lambda: _reading_desk(parts()))
    commands.add_command(audit)
    commands.add_command(consents_commands(lambda: parts().database))
    commands.add_command(data_requests_commands(lambda: _data_request_desk(parts())))
    commands.add_command(integration_tests_commands(lambda: run_desk(parts())))
    commands.add_command(config_commands(load))
    return commands


def renew_test_people(parts: Parts) -> RenewTestPeople:
    """What makes a team's test people."""
    return RenewTestPeople(
        database=parts.database,
        index=parts.index,
        hasher=parts.hasher,
        follow_ups=parts.follow_ups,
        clock=parts.clock,
    )


def _log_desk(parts: Parts) -> LogDesk:
    return LogDesk(
        verify=VerifyLog(
            database=parts.database, kept=parts.settings.audit.kept, clock=parts.clock
        ),
        published=parts.audit_roots,
    )


def _reading_desk(parts: Parts) -> ReadingDesk:
    take = TakeEvents(database=parts.database, clock=parts.clock)
    return ReadingDesk(verify=parts.verify_operator, take=take, clock=parts.clock)


def _team_desk(parts: Parts) -> TeamDesk:
    database, clock = parts.database, parts.clock
    return TeamDesk(
        database=database,
        verify=parts.verify_operator,
        create=CreateTeam(database=database, clock=clock),
        rename=RenameTeam(database=database, clock=clock),
        add=AddMember(database=database, clock=clock),
        remove=RemoveMember(database=database, clock=clock),
    )


def _operator_desk(parts: Parts) -> OperatorDesk:
    return OperatorDesk(
        database=parts.database,
        add=AddOperator(database=parts.database, hasher=parts.hasher, clock=parts.clock),
        disable=DisableOperator(database=parts.database, clock=parts.clock),
        verify=parts.verify_operator,
        new_secret=new_totp_secret,
        service=parts.settings.brand.name_en,
    )


def dispute_desk(parts: Parts) -> DisputeDesk:
    """What operators work on disputes with."""
    return DisputeDesk(
        verify=parts.verify_operator,
        decide=DecideDispute(
            database=parts.database,
            end=parts.end_disputed,
            follow_ups=parts.follow_ups,
            end_authenticators=end_authenticators,
            reserved_for=parts.settings.disputes.reserved_for,
            clock=parts.clock,
        ),
        conduct=ConductDispute(
            database=parts.database,
            follow_ups=parts.follow_ups,
            claimants=parts.jobs,
            clock=parts.clock,
        ),
        look=LookAtCase(database=parts.database, clock=parts.clock),
        database=parts.database,
        clock=parts.clock,
    )


def _data_request_desk(parts: Parts) -> DataRequestDesk:
    return DataRequestDesk(
        verify=parts.verify_operator,
        answer=AnswerRequest(
            database=parts.database, follow_ups=parts.follow_ups, clock=parts.clock
        ),
        look=LookAtRequest(database=parts.database, clock=parts.clock),
        database=parts.database,
        clock=parts.clock,
    )


def begin_run(parts: Parts) -> BeginRun:
    """What begins runs of "Test my integration"."""
    return BeginRun(
        relying_parties=parts.registry,
        links=parts.links,
        database=parts.database,
        clock=parts.clock,
    )


def run_desk(parts: Parts) -> RunDesk:
    """What the shell works with runs of "Test my integration" with."""
    return RunDesk(begin=begin_run(parts), reports=Reports(parts.database), database=parts.database)


def announcement_desk(parts: Parts) -> AnnouncementDesk:
    """What operators tell portals something with."""
    database, clock = parts.database, parts.clock
    return AnnouncementDesk(
        verify=parts.verify_operator,
        publish=PublishAnnouncement(directory=parts.registry, database=database, clock=clock),
        withdraw=WithdrawAnnouncement(database=database, clock=clock),
        database=database,
    )


def api_client_desk(parts: Parts) -> ApiClientDesk:
    """What operators let programs in with."""
    lasts = parts.settings.api.secret_lasts
    return ApiClientDesk(
        verify=parts.verify_operator,
        add=AddApiClient(
            database=parts.database, hasher=parts.secret_hasher, lasts=lasts, clock=parts.clock
        ),
        renew=RenewApiClient(
            database=parts.database, hasher=parts.secret_hasher, lasts=lasts, clock=parts.clock
        ),
        disable=DisableApiClient(database=parts.database, clock=parts.clock),
        database=parts.database,
        clock=parts.clock,
    )


def helpdesk_of(parts: Parts) -> Helpdesk:
    """What operators look after accounts with."""
    return Helpdesk(
        verify=parts.verify_operator,
        find=FindCitizen(
            database=parts.database, index=parts.index, levels=parts.levels, clock=parts.clock
        ),
        hold=parts.hold_account,
    )


def counter(parts: Parts) -> Counter:
    """What officers confirm visits with."""
    return Counter(
        verify=parts.verify_operator,
        confirm=ConfirmVisit(
            database=parts.database,
            codes=parts.visit_codes,
            throttle=parts.throttle,
            wrong_codes=Budget(
                "counter_visit_codes_per_officer",
                parts.settings.throttling.counter_visit_codes_per_officer,
            ),
            follow_ups=parts.follow_ups,
            lapses_after=parts.settings.evidence.counter_visit_lapses_after,
            index=parts.index,
            clock=parts.clock,
        ),
    )


def _registrar(parts: Parts) -> Registrar:
    return Registrar(
        database=parts.database,
        initial_tokens=InitialTokens(database=parts.database, clock=parts.clock),
        clock=parts.clock,
    )


def _register(parts: Parts) -> Register:
    return Register(
        database=parts.database,
        version=parts.registry_version,
        hasher=parts.secret_hasher,
        logos=parts.logos,
        clock=parts.clock,
    )


def onboarding_desk(parts: Parts) -> OnboardingDesk:
    """What operators and teams work on registrations with."""
    policy, reports = onboarding_policy(parts.settings), Reports(parts.database)
    database, version, clock = parts.database, parts.registry_version, parts.clock
    return OnboardingDesk(
        folder=parts.settings.registrations.folder,
        verify=parts.verify_operator,
        register=RegisterSandbox(
            policy=policy,
            hasher=parts.secret_hasher,
            logos=parts.logos,
            database=database,
            version=version,
            clock=clock,
        ),
        change=ChangeSandbox(
            policy=policy, logos=parts.logos, database=database, version=version, clock=clock
        ),
        propose=ProposeProduction(policy=policy, reports=reports, database=database, clock=clock),
        withdraw=WithdrawProposal(database=database, clock=clock),
        decide=DecideProposal(
            policy=policy,
            reports=reports,
            logos=parts.logos,
            database=database,
            version=version,
            clock=clock,
        ),
        add_secret=AddSecret(
            policy=policy,
            hasher=parts.secret_hasher,
            database=database,
            version=version,
            clock=clock,
        ),
        retire_secret=RetireSecret(database=database, version=version, clock=clock),
        rotate_secret=RotateSecret(
            database=database,
            version=version,
            hasher=parts.secret_hasher,
            lasts=policy.secret_lasts,
            clock=clock,
        ),
        disable=DisableRelyingParty(
            switch=Switch(database=database, version=version, clock=clock), database=database
        ),
        assign=AssignTeam(database=database, version=version, clock=clock),
        database=database,
    )
