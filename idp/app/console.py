"""The operators' pages."""

from collections.abc import Sequence

from flask import Blueprint

from idp.adapters.redis.registration_drafts import RedisFreshSecrets, RedisRegistrationDrafts
from idp.app.manuals import manual
from idp.app.operations import (
    announcement_desk,
    api_client_desk,
    begin_run,
    counter,
    dispute_desk,
    helpdesk_of,
    onboarding_desk,
    renew_test_people,
)
from idp.app.parts import Parts
from idp.app.policies import onboarding_policy
from idp.console.announcements.routes import announcement_routes
from idp.console.api_clients.routes import api_client_routes
from idp.console.citizens.routes import console_citizen_routes
from idp.console.cookie import ConsoleCookie
from idp.console.disputes.routes import console_dispute_routes
from idp.console.failures.routes import failure_routes
from idp.console.frame import ConsoleFrame
from idp.console.integration_tests.routes import console_integration_test_routes
from idp.console.keys.routes import key_routes
from idp.console.log.routes import log_routes
from idp.console.operators.routes import operator_routes
from idp.console.presence import Presence
from idp.console.relying_parties.routes import RelyingPartyDesk, relying_party_routes
from idp.console.routes import console_routes
from idp.console.statistics.routes import statistics_routes
from idp.console.teams.routes import team_routes
from idp.console.test_people.routes import test_people_routes
from idp.console.visits.routes import visit_routes
from idp.integration_tests.reports import Reports
from idp.key_ring.rotate_keys import RotateKeys
from idp.oidc.client_keys import key_problem
from idp.onboarding.look_at_keys import LookAtKeys
from idp.operators.change_members import AddMember, RemoveMember
from idp.operators.change_operator import ChangeOperatorPassword, ChangeRole
from idp.operators.create_team import CreateTeam, RenameTeam
from idp.operators.disable_operator import DisableOperator
from idp.operators.invite_operator import AcceptInvitation, InviteOperator
from idp.statistics.report import Statistics
from idp.web.browser import BrowserCookie
from idp.web.pages import Pages
from idp.web.ports import ShownPages


def console_blueprints(
    parts: Parts, *, pages: Pages, browser: BrowserCookie, shown: ShownPages
) -> Sequence[Blueprint]:
    """The blueprints of the console."""
    database, clock = parts.database, parts.clock
    frame = ConsoleFrame(
        pages=pages,
        presence=Presence(
            sessions=parts.operator_sessions,
            cookie=ConsoleCookie(secure=parts.settings.server.secure),
            browser=browser,
            shown=shown,
            database=database,
            clock=clock,
        ),
        verify=parts.verify_operator,
    )
    helpdesk, programs = helpdesk_of(parts), api_client_desk(parts)
    news = announcement_desk(parts)
    return (
        console_routes(
            frame=frame,
            signer=parts.signer,
            policy=parts.rotation,
            database=database,
            clock=clock,
        ),
        _disputes(parts, frame),
        console_citizen_routes(frame=frame, find=helpdesk.find, hold=helpdesk.hold),
        visit_routes(frame=frame, confirm=counter(parts).confirm),
        key_routes(
            frame=frame,
            signer=parts.signer,
            rotate=RotateKeys(
                store=parts.keys, policy=parts.rotation, database=database, clock=clock
            ),
            policy=parts.rotation,
            clock=clock,
        ),
        announcement_routes(
            frame=frame,
            publish=news.publish,
            withdraw=news.withdraw,
            database=database,
        ),
        test_people_routes(
            frame=frame,
            renew=renew_test_people(parts),
            inbox=parts.test_inbox,
            deployment=parts.settings.deployment.environment,
            database=database,
        ),
        failure_routes(
            frame=frame,
            database=database,
            kept=parts.settings.failures.kept,
            manual=manual(parts.settings),
        ),
        statistics_routes(
            frame=frame,
            database=database,
            statistics=Statistics(database=database, clock=clock),
        ),
        api_client_routes(
            frame=frame,
            add=programs.add,
            renew=programs.renew,
            disable=programs.disable,
            database=database,
            clock=clock,
        ),
        log_routes(frame=frame, database=database, clock=clock),
        _operators(parts, frame),
        _teams(parts, frame),
        relying_party_routes(frame, _relying_party_desk(parts)),
        console_integration_test_routes(
            frame=frame,
            begin=begin_run(parts),
            reports=Reports(database),
            database=database,
            clock=clock,
        ),
    )


def _disputes(parts: Parts, frame: ConsoleFrame) -> Blueprint:
    desk = dispute_desk(parts)
    return console_dispute_routes(
        frame=frame,
        look=desk.look,
        decide=desk.decide,
        conduct=desk.conduct,
        database=parts.database,
        clock=parts.clock,
    )


def _operators(parts: Parts, frame: ConsoleFrame) -> Blueprint:
    settings, database, clock = parts.settings, parts.database, parts.clock
    return operator_routes(
        frame=frame,
        invite=InviteOperator(
            database=database, lasts=settings.console.invitation_lasts, clock=clock
        ),
        accept=AcceptInvitation(database=database, hasher=parts.hasher, clock=clock),
        change_role=ChangeRole(database=database, clock=clock),
        disable=DisableOperator(database=database, clock=clock),
        change_password=ChangeOperatorPassword(
            database=database,
            hasher=parts.hasher,
            sessions=parts.operator_sessions,
            clock=clock,
        ),
        issuer=settings.server.issuer,
        service=settings.brand.name_vi,
        database=database,
        clock=clock,
    )


def _teams(parts: Parts, frame: ConsoleFrame) -> Blueprint:
    settings, database, clock = parts.settings, parts.database, parts.clock
    return team_routes(
        frame=frame,
        create=CreateTeam(database=database, clock=clock),
        rename=RenameTeam(database=database, clock=clock),
        invite=InviteOperator(
            database=database, lasts=settings.console.invitation_lasts, clock=clock
        ),
        add=AddMember(database=database, clock=clock),
        remove=RemoveMember(database=database, clock=clock),
        issuer=settings.server.issuer,
        database=database,
        clock=clock,
    )


def _relying_party_desk(parts: Parts) -> RelyingPartyDesk:
    desk = onboarding_desk(parts)
    return RelyingPartyDesk(
        policy=onboarding_policy(parts.settings),
        relying_parties=parts.registry,
        drafts=RedisRegistrationDrafts(parts.redis, parts.cipher),
        fresh=RedisFreshSecrets(parts.redis, parts.cipher),
        reports=Reports(parts.database),
        register=desk.register,
        change=desk.change,
        propose=desk.propose,
        withdraw=desk.withdraw,
        decide=desk.decide,
        add_secret=desk.add_secret,
        retire_secret=desk.retire_secret,
        disable=desk.disable,
        assign=desk.assign,
        look_at_keys=LookAtKeys(fetcher=parts.registration_fetcher, key_problem=key_problem),
        issuer=parts.settings.server.issuer,
        database=parts.database,
        clock=parts.clock,
    )
