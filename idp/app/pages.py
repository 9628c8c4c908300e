"""What a citizen looks at: the pages, on Flask."""

from functools import partial

from idp.account.activity.views import activity_routes
from idp.account.authenticators.routes import authenticator_routes
from idp.account.closing.close_own_account import CloseOwnAccount
from idp.account.closing.views import closing_routes
from idp.account.connected.views import connected_routes
from idp.account.connected.withdraw import WithdrawConsent
from idp.account.data.export import NoteExport
from idp.account.data.views import data_routes
from idp.account.data_requests.routes import data_request_routes
from idp.account.disputes.routes import account_dispute_routes
from idp.account.frame import AccountFrame
from idp.account.identity_numbers.link_by_carrier import LinkByCarrier
from idp.account.identity_numbers.routes import identity_number_routes
from idp.account.level import level_routes
from idp.account.overview import overview_routes
from idp.account.phones.routes import phone_routes
from idp.account.security.change_password import ChangePassword
from idp.account.security.routes import security_routes
from idp.account.views import account_routes
from idp.adapters.redis.stored_logouts import RedisFarewells, RedisStoredLogouts
from idp.adapters.typed_details import TypedDetails
from idp.app.authenticators import Authenticators
from idp.app.integration_tests import run_pages
from idp.app.outages import answer_outages
from idp.app.page_parts import PageParts
from idp.app.parts import Parts
from idp.app.policies import (
    data_request_terms,
    dispute_policy,
    enrolment_forms_budget,
    enrolment_policy,
    interactions_budget,
    login_budgets,
    otp_budgets,
    otp_policy,
    phone_policy,
    recovery_policy,
    subscriber_checks_of,
)
from idp.authenticators.device_cookie import DeviceCookie
from idp.carriers.check_phone import CheckPhone
from idp.consent.decide import DecideConsent
from idp.consent.views import consent_routes
from idp.counter_visits.open_visit import OpenVisit
from idp.data_requests.file_request import FileRequest
from idp.disputes.answer_dispute import AnswerDispute, ConfirmHolder
from idp.disputes.routes import dispute_routes
from idp.emails.verify import VerifyEmail
from idp.emails.views import email_routes
from idp.enrolment.ask_carrier import AskCarrier
from idp.enrolment.begin_proved import BeginProved
from idp.enrolment.confirm_phone import ConfirmPhone
from idp.enrolment.notice import Notice, enrolment_notice
from idp.enrolment.routes import enrolment_routes
from idp.enrolment.submit_form import SubmitForm
from idp.inactivity.reactivate import Reactivate
from idp.inactivity.routes import reactivation_routes
from idp.integration_tests.cookie import InThisBrowser, RehearsalCookie
from idp.integration_tests.routes import integration_test_routes
from idp.interactions.flow import Flow
from idp.interactions.fresh_sign_in import FreshSignIn
from idp.interactions.views import interaction_routes
from idp.interactions.visits import Visits
from idp.login.password_login import PasswordLogin
from idp.login.routes import login_routes
from idp.login.second_factor import AskSecondFactor
from idp.logout.sign_out import SignOut
from idp.logout.views import logout_routes
from idp.oidc.authorize import AuthorizationRequests
from idp.oidc.end_session import EndSessionRequests
from idp.oidc.id_token_hint import IdTokenHints
from idp.oidc.request_objects import SignedRequests
from idp.oidc.respond import AuthorizationResponses, OidcResponder
from idp.oidc.views import authorization_routes
from idp.otp.one_time_passwords import OneTimePasswords
from idp.otp.page import OtpPage
from idp.phones.add_phone import AddPhone
from idp.phones.begin_phone import BeginPhone, TrustSignIn
from idp.phones.change_phones import MakeDefault, RemovePhone
from idp.recovery.routes import recovery_routes
from idp.relying_parties.views import logo_routes
from idp.sessions.cookie import SessionCookie
from idp.sessions.rules import sid
from idp.step_up.routes import step_up_routes
from idp.unrecognised.views import unrecognised_routes


def add_pages(parts: Parts, shared: PageParts) -> None:
    """Put the citizens' pages on the application of *parts*: each capability brings its own."""
    settings, app, clock, database = parts.settings, parts.flask, parts.clock, parts.database
    secure, issuer = settings.server.secure, settings.server.issuer
    interactions = parts.interactions

    signer, subject_key = parts.signer, parts.subject_key
    responses = AuthorizationResponses(issuer)
    responder = OidcResponder(
        responses=responses,
        relying_parties=parts.registry,
        codes=parts.codes,
        tally=parts.tally,
        subjects=parts.subjects,
        database=database,
        levels=parts.levels,
        clock=clock,
    )

    browser, shown, pages = shared.browser, shared.shown, shared.pages
    pages.init_app(app)
    sign_in = parts.sign_in
    flow = Flow(
        interactions=interactions,
        responder=responder,
        relying_parties=parts.registry,
        database=database,
        levels=parts.levels,
        deployment=settings.deployment.environment,
        clock=clock,
    )
    device_cookie = DeviceCookie(
        secure=secure,
        known_for=settings.devices.known_for,
        remembered_for=settings.devices.remembered_for,
        clock=clock,
    )
    visits = Visits(
        interactions=interactions,
        relying_parties=parts.registry,
        flow=flow,
        sign_in=sign_in,
        browser=browser,
        session_cookie=SessionCookie(secure=secure),
        device_cookie=device_cookie,
        shown=shown,
        clock=clock,
    )
    begun = interactions_budget(settings)
    farewells = RedisFarewells(parts.redis, throttle=parts.throttle, budget=begun)
    name_of_session = partial(sid, subject_key)
    sign_out = SignOut(
        visits=visits,
        farewells=farewells,
        relying_parties=parts.registry,
        name_of_session=name_of_session,
        issuer=issuer,
        clock=clock,
    )
    otp = OneTimePasswords(
        challenges=parts.challenges,
        deliveries=parts.jobs,
        codes=parts.code_generator,
        policy=otp_policy(settings),
        budgets=otp_budgets(settings),
        carrier_of=parts.carrier_of,
        index=parts.index,
        database=database,
        clock=clock,
    )
    frame = AccountFrame(
        pages=pages,
        visits=visits,
        fresh_sign_in=FreshSignIn(
            interactions=interactions,
            flow=flow,
            browser=browser,
            lasts=settings.sessions.fresh_for,
            clock=clock,
        ),
        database=database,
    )
    otp_page = OtpPage(pages=pages, otp=otp, clock=clock)
    authenticators = Authenticators(parts)
    check_phone = CheckPhone(carriers=parts.carriers, database=database, clock=clock)
    phones = phone_policy(settings)
    trust_sign_in = TrustSignIn(check=check_phone, policy=phones, database=database)

    notice = enrolment_notice(
        carriers=[carrier.shown for carrier in settings.carriers.directory],
        kept_days=settings.enrolment.kept.days,
    )

    rehearsed = InThisBrowser(parts.rehearse, RehearsalCookie(secure=secure))

    for blueprint in (
        authorization_routes(
            requests=AuthorizationRequests(
                relying_parties=parts.registry,
                responses=responses,
                signed=SignedRequests(
                    issuer=issuer, keys=parts.client_keys, fetcher=parts.fetcher, clock=clock
                ),
                hints=IdTokenHints(issuer=issuer, signer=signer),
                index=parts.index,
            ),
            rehearsed=rehearsed,
            registry=parts.registry,
            interactions=interactions,
            flow=flow,
            visits=visits,
            browser=browser,
            pages=pages,
            max_body=settings.http.max_body,
            clock=clock,
        ),
        interaction_routes(
            pages=pages,
            visits=visits,
            flow=flow,
            rehearsed=rehearsed,
            database=database,
            clock=clock,
        ),
        login_routes(
            pages=pages,
            visits=visits,
            login=PasswordLogin(
                database=database,
                index=parts.index,
                hasher=parts.hasher,
                throttle=parts.throttle,
                budgets=login_budgets(settings),
                clock=clock,
            ),
            ask=AskSecondFactor(
                visits=visits,
                otp=otp,
                check_phone=check_phone,
                device_cookie=device_cookie,
                sim_window=settings.devices.new_device_sim_window,
                database=database,
                clock=clock,
            ),
            otp=otp,
            otp_page=otp_page,
            verify_app_code=authenticators.verify_app_code,
            verify_passkey=authenticators.verify_passkey,
            verify_recovery_code=authenticators.verify_recovery_code,
            device_cookie=device_cookie,
            database=database,
            clock=clock,
        ),
        enrolment_routes(
            pages=pages,
            visits=visits,
            otp=otp,
            otp_page=otp_page,
            carriers=parts.carriers,
            hasher=parts.hasher,
            follow_ups=parts.follow_ups,
            throttle=parts.throttle,
            count=parts.count_question,
            forms_per_network=enrolment_forms_budget(settings),
            policy=enrolment_policy(settings),
            notice=notice,
            checks=subscriber_checks_of(settings),
            relying_parties=parts.registry,
            ask_to_verify_email=parts.ask_to_verify_email,
            levels=parts.levels,
            database=database,
            index=parts.index,
            tally=parts.tally,
            clock=clock,
        ),
        recovery_routes(
            pages=pages,
            visits=visits,
            otp=otp,
            otp_page=otp_page,
            check_phone=check_phone,
            carriers=parts.carriers,
            count_question=parts.count_question,
            hasher=parts.hasher,
            follow_ups=parts.follow_ups,
            queue=parts.jobs,
            links=parts.links,
            throttle=parts.throttle,
            policy=recovery_policy(settings),
            relying_parties=parts.registry,
            database=database,
            index=parts.index,
            clock=clock,
        ),
        email_routes(
            pages=pages,
            verify=VerifyEmail(database=database, follow_ups=parts.follow_ups, clock=clock),
            database=database,
            clock=clock,
        ),
        step_up_routes(
            pages=pages,
            visits=visits,
            flow=flow,
            otp=otp,
            otp_page=otp_page,
            match=parts.match_citizen,
            count=parts.count_question,
            open_visit=OpenVisit(
                database=database,
                codes=parts.visit_codes,
                lifetime=settings.counter_visits.code_lasts,
                clock=clock,
            ),
            visit_days=settings.counter_visits.code_lasts.days,
            proves_for=settings.step_up.otp_proves_for,
            levels=parts.levels,
            database=database,
            index=parts.index,
            clock=clock,
        ),
        dispute_routes(
            pages=pages,
            visits=visits,
            otp=otp,
            otp_page=otp_page,
            carriers=parts.carriers,
            count=parts.count_question,
            notices=parts.jobs,
            claimants=parts.jobs,
            typed_before=TypedDetails(
                database, clock, proves_for=settings.enrolment.otp_proves_for
            ),
            enrolments=_enrolments(parts, notice),
            throttle=parts.throttle,
            forms_per_network=enrolment_forms_budget(settings),
            policy=dispute_policy(settings),
            database=database,
            index=parts.index,
            clock=clock,
        ),
        account_dispute_routes(
            frame=frame,
            answer=AnswerDispute(database=database, clock=clock),
            confirm=ConfirmHolder(
                match=parts.match_citizen,
                count=parts.count_question,
                database=database,
                clock=clock,
            ),
            database=database,
        ),
        reactivation_routes(
            pages=pages,
            visits=visits,
            otp=otp,
            otp_page=otp_page,
            reactivate=Reactivate(
                carriers=parts.carriers,
                match=parts.match_citizen,
                count=parts.count_question,
                follow_ups=parts.follow_ups,
                database=database,
                index=parts.index,
                clock=clock,
            ),
            proves_for=settings.inactivity.otp_proves_for,
            database=database,
            clock=clock,
        ),
        consent_routes(
            pages=pages,
            visits=visits,
            decide=DecideConsent(database=database, clock=clock),
            database=database,
            levels=parts.levels,
            clock=clock,
        ),
        identity_number_routes(
            frame=frame,
            link=LinkByCarrier(
                match=parts.match_citizen,
                count=parts.count_question,
                follow_ups=parts.follow_ups,
                database=database,
                index=parts.index,
                clock=clock,
            ),
            database=database,
        ),
        integration_test_routes(run_pages(parts, pages)),
        account_routes(frame=frame, visits=visits, sign_out=sign_out, registry=parts.registry),
        overview_routes(frame=frame, database=database, levels=parts.levels, clock=clock),
        security_routes(
            frame=frame,
            sign_in=sign_in,
            change_password=ChangePassword(
                database=database, follow_ups=parts.follow_ups, clock=clock
            ),
            hasher=parts.hasher,
            ask_to_verify_email=parts.ask_to_verify_email,
            database=database,
            clock=clock,
        ),
        phone_routes(
            frame=frame,
            otp=otp,
            otp_page=otp_page,
            begin=BeginPhone(
                trust=trust_sign_in,
                policy=phones,
                database=database,
                index=parts.index,
                clock=clock,
            ),
            add=AddPhone(
                match=parts.match_citizen,
                count=parts.count_question,
                follow_ups=parts.follow_ups,
                database=database,
                index=parts.index,
                clock=clock,
            ),
            make_default=MakeDefault(
                trust=trust_sign_in,
                policy=phones,
                follow_ups=parts.follow_ups,
                database=database,
                clock=clock,
            ),
            remove=RemovePhone(database=database, follow_ups=parts.follow_ups, clock=clock),
            policy=phones,
            levels=parts.levels,
            database=database,
            clock=clock,
        ),
        connected_routes(
            frame=frame,
            withdraw=WithdrawConsent(
                sign_in=sign_in,
                tokens=parts.tokens,
                announce=parts.announce_logout,
                database=database,
                clock=clock,
            ),
            relying_parties=parts.registry,
            database=database,
        ),
        activity_routes(
            frame=frame,
            report=parts.report_unrecognised,
            relying_parties=parts.registry,
            database=database,
        ),
        data_routes(
            frame=frame,
            note=NoteExport(
                database=database,
                follow_ups=parts.follow_ups,
                lasts=settings.sessions.fresh_for,
                clock=clock,
            ),
            sign_in=sign_in,
            database=database,
            clock=clock,
        ),
        closing_routes(
            frame=frame,
            close=CloseOwnAccount(database=database, follow_ups=parts.follow_ups, clock=clock),
            kept=settings.closed_accounts.kept,
        ),
        unrecognised_routes(
            pages=pages, report=parts.report_unrecognised, database=database, clock=clock
        ),
        level_routes(frame=frame, database=database, levels=parts.levels, clock=clock),
        authenticator_routes(
            frame=frame,
            add_app=authenticators.add_app,
            add_passkey=authenticators.add_passkey,
            make_recovery_codes=authenticators.make_recovery_codes,
            rename=authenticators.rename,
            remove=authenticators.remove,
            trust=trust_sign_in,
            service=settings.brand.name_vi,
            relying_parties=parts.registry,
            database=database,
            clock=clock,
        ),
        data_request_routes(
            frame=frame,
            file=FileRequest(
                database=database,
                follow_ups=parts.follow_ups,
                terms=data_request_terms(settings),
                clock=clock,
            ),
            terms=data_request_terms(settings),
            database=database,
        ),
        logo_routes(parts.logos),
        logout_routes(
            pages=pages,
            visits=visits,
            requests=EndSessionRequests(
                issuer=issuer, signer=signer, relying_parties=parts.registry
            ),
            stored=RedisStoredLogouts(parts.redis, throttle=parts.throttle, budget=begun),
            farewells=farewells,
            sign_out=sign_out,
            relying_parties=parts.registry,
            database=database,
            name_of_session=name_of_session,
            clock=clock,
        ),
    ):
        app.register_blueprint(blueprint)
    answer_outages(app, pages)


def _enrolments(parts: Parts, notice: Notice) -> BeginProved:
    """The way into an enrolment for whoever proved the phone elsewhere."""
    settings, database, clock = parts.settings, parts.database, parts.clock
    return BeginProved(
        submit=SubmitForm(
            database=database,
            index=parts.index,
            throttle=parts.throttle,
            budget=enrolment_forms_budget(settings),
            kept=settings.enrolment.kept,
            tally=parts.tally,
            clock=clock,
        ),
        confirm=ConfirmPhone(database=database, clock=clock),
        ask=AskCarrier(
            carriers=parts.carriers,
            database=database,
            count=parts.count_question,
            proves_for=settings.enrolment.otp_proves_for,
            tally=parts.tally,
            clock=clock,
        ),
        notice=notice,
    )
