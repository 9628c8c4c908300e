"""What the citizens' pages share with one another."""

from functools import cached_property, partial

from idp.adapters.redis.stored_logouts import RedisFarewells
from idp.app.authenticators import Authenticators
from idp.app.page_parts import PageParts
from idp.app.parts import Parts
from idp.app.policies import interactions_budget, otp_budgets, otp_policy
from idp.authenticators.device_cookie import DeviceCookie
from idp.carriers.check_phone import CheckPhone
from idp.core.mac import Mac
from idp.interactions.flow import Flow
from idp.interactions.visits import Visits
from idp.logout.sign_out import NameOfSession, SignOut
from idp.oidc.respond import AuthorizationResponses, OidcResponder
from idp.otp.one_time_passwords import OneTimePasswords
from idp.otp.page import OtpPage
from idp.sessions.cookie import SessionCookie
from idp.sessions.rules import sid


class CitizensSide:
    """What several of the pages are made of; each part is built when it is first wanted, once."""

    def __init__(self, parts: Parts, shared: PageParts) -> None:
        self.parts = parts
        self.pages = shared.pages
        self.browser = shared.browser
        self._shown = shared.shown

    # --- an authorization request, and who walks through it ---

    @cached_property
    def responses(self) -> AuthorizationResponses:
        return AuthorizationResponses(self.parts.settings.server.issuer)

    @cached_property
    def flow(self) -> Flow:
        parts = self.parts
        return Flow(
            interactions=parts.interactions,
            responder=OidcResponder(
                responses=self.responses,
                relying_parties=parts.registry,
                codes=parts.codes,
                tally=parts.tally,
                subjects=parts.subjects,
                database=parts.database,
                levels=parts.levels,
                clock=parts.clock,
            ),
            relying_parties=parts.registry,
            database=parts.database,
            levels=parts.levels,
            deployment=parts.settings.deployment.environment,
            clock=parts.clock,
        )

    @cached_property
    def device_cookie(self) -> DeviceCookie:
        settings = self.parts.settings
        return DeviceCookie(
            secure=settings.server.secure,
            known_for=settings.devices.known_for,
            remembered_for=settings.devices.remembered_for,
            clock=self.parts.clock,
        )

    @cached_property
    def visits(self) -> Visits:
        parts = self.parts
        return Visits(
            interactions=parts.interactions,
            relying_parties=parts.registry,
            flow=self.flow,
            sign_in=parts.sign_in,
            browser=self.browser,
            session_cookie=SessionCookie(secure=parts.settings.server.secure),
            device_cookie=self.device_cookie,
            shown=self._shown,
            clock=parts.clock,
        )

    # --- signing out ---

    @cached_property
    def name_of_session(self) -> NameOfSession:
        return partial(sid, Mac(self.parts.subject_key))

    @cached_property
    def farewells(self) -> RedisFarewells:
        parts = self.parts
        return RedisFarewells(
            parts.redis, throttle=parts.throttle, budget=interactions_budget(parts.settings)
        )

    @cached_property
    def sign_out(self) -> SignOut:
        parts = self.parts
        return SignOut(
            visits=self.visits,
            farewells=self.farewells,
            relying_parties=parts.registry,
            name_of_session=self.name_of_session,
            issuer=parts.settings.server.issuer,
            clock=parts.clock,
        )

    # --- what proves a person ---

    @cached_property
    def otp(self) -> OneTimePasswords:
        parts = self.parts
        return OneTimePasswords(
            challenges=parts.challenges,
            deliveries=parts.jobs,
            codes=parts.code_generator,
            policy=otp_policy(parts.settings),
            budgets=otp_budgets(parts.settings),
            carrier_of=parts.carrier_of,
            index=parts.index,
            database=parts.database,
            clock=parts.clock,
        )

    @cached_property
    def otp_page(self) -> OtpPage:
        return OtpPage(pages=self.pages, otp=self.otp, clock=self.parts.clock)

    @cached_property
    def authenticators(self) -> Authenticators:
        return Authenticators(self.parts)

    @cached_property
    def check_phone(self) -> CheckPhone:
        parts = self.parts
        return CheckPhone(carriers=parts.carriers, database=parts.database, clock=parts.clock)
