"""A portal's request and the steps that it takes a citizen through; signing out; portals' tests."""

from collections.abc import Sequence

from flask import Blueprint

from idp.adapters.redis.stored_logouts import RedisStoredLogouts
from idp.app.citizens_side import CitizensSide
from idp.app.integration_tests import run_pages
from idp.app.policies import interactions_budget, login_budgets
from idp.consent.decide import DecideConsent
from idp.consent.views import consent_routes
from idp.counter_visits.open_visit import OpenVisit
from idp.integration_tests.cookie import InThisBrowser, RehearsalCookie
from idp.integration_tests.routes import integration_test_routes
from idp.interactions.views import interaction_routes
from idp.login.password_login import PasswordLogin
from idp.login.routes import login_routes
from idp.login.second_factor import AskSecondFactor
from idp.logout.views import logout_routes
from idp.oidc.authorize import AuthorizationRequests
from idp.oidc.end_session import EndSessionRequests
from idp.oidc.id_token_hint import IdTokenHints
from idp.oidc.request_objects import SignedRequests
from idp.oidc.views import authorization_routes
from idp.relying_parties.views import logo_routes
from idp.step_up.routes import step_up_routes


def sign_in_pages(side: CitizensSide) -> Sequence[Blueprint]:
    """The blueprints, in the order in which a request meets them."""
    parts, pages = side.parts, side.pages
    rehearsed = InThisBrowser(parts.rehearse, RehearsalCookie(secure=parts.settings.server.secure))
    return (
        _authorization(side, rehearsed),
        interaction_routes(
            pages=pages,
            visits=side.visits,
            flow=side.flow,
            rehearsed=rehearsed,
            database=parts.database,
            clock=parts.clock,
        ),
        _login(side),
        _step_up(side),
        consent_routes(
            pages=pages,
            visits=side.visits,
            decide=DecideConsent(database=parts.database, clock=parts.clock),
            database=parts.database,
            levels=parts.levels,
            clock=parts.clock,
        ),
        _logout(side),
        logo_routes(parts.logos),
        integration_test_routes(run_pages(parts, pages)),
    )


def _authorization(side: CitizensSide, rehearsed: InThisBrowser) -> Blueprint:
    parts, settings, clock = side.parts, side.parts.settings, side.parts.clock
    issuer = settings.server.issuer
    return authorization_routes(
        requests=AuthorizationRequests(
            relying_parties=parts.registry,
            responses=side.responses,
            signed=SignedRequests(
                issuer=issuer, keys=parts.client_keys, fetcher=parts.request_fetcher, clock=clock
            ),
            hints=IdTokenHints(issuer=issuer, signer=parts.signer),
            index=parts.index,
        ),
        rehearsed=rehearsed,
        registry=parts.registry,
        interactions=parts.interactions,
        flow=side.flow,
        visits=side.visits,
        browser=side.browser,
        pages=side.pages,
        max_body=settings.http.max_body,
        clock=clock,
    )


def _login(side: CitizensSide) -> Blueprint:
    parts, database, clock = side.parts, side.parts.database, side.parts.clock
    return login_routes(
        pages=side.pages,
        visits=side.visits,
        login=PasswordLogin(
            database=database,
            index=parts.index,
            hasher=parts.hasher,
            throttle=parts.throttle,
            budgets=login_budgets(parts.settings),
            clock=clock,
        ),
        ask=AskSecondFactor(
            visits=side.visits,
            otp=side.otp,
            check_phone=side.check_phone,
            device_cookie=side.device_cookie,
            sim_window=parts.settings.devices.new_device_sim_window,
            database=database,
            clock=clock,
        ),
        otp=side.otp,
        otp_page=side.otp_page,
        verify_app_code=side.authenticators.verify_app_code,
        verify_passkey=side.authenticators.verify_passkey,
        verify_recovery_code=side.authenticators.verify_recovery_code,
        device_cookie=side.device_cookie,
        database=database,
        clock=clock,
    )


def _step_up(side: CitizensSide) -> Blueprint:
    parts, settings = side.parts, side.parts.settings
    database, clock = parts.database, parts.clock
    return step_up_routes(
        pages=side.pages,
        visits=side.visits,
        flow=side.flow,
        otp=side.otp,
        otp_page=side.otp_page,
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
    )


def _logout(side: CitizensSide) -> Blueprint:
    parts, settings = side.parts, side.parts.settings
    return logout_routes(
        pages=side.pages,
        visits=side.visits,
        requests=EndSessionRequests(
            issuer=settings.server.issuer, signer=parts.signer, relying_parties=parts.registry
        ),
        stored=RedisStoredLogouts(
            parts.redis, throttle=parts.throttle, budget=interactions_budget(settings)
        ),
        farewells=side.farewells,
        sign_out=side.sign_out,
        relying_parties=parts.registry,
        database=parts.database,
        name_of_session=side.name_of_session,
        clock=parts.clock,
    )
