"""
The pages a citizen walks, on a real Redis and a real database, with the world outside in memory.

Text messages go out at once instead of through the queue.
"""

import os
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html.parser import HTMLParser
from urllib.parse import urlsplit

import redis
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.test import TestResponse

from idp.adapters.recipients import SqlRecipients
from idp.adapters.redis.grants import RedisAccessTokens
from idp.adapters.redis.interactions import RedisInteractions
from idp.adapters.redis.otp_challenges import RedisOtpChallenges
from idp.adapters.redis.sessions import RedisSessions
from idp.adapters.redis.shown_pages import RedisShownPages
from idp.adapters.redis.throttle import RedisThrottle
from idp.citizens.model import CitizenId
from idp.citizens.password_hasher import PasswordHasher
from idp.citizens.rules import VerificationLevel
from idp.consent.decide import DecideConsent
from idp.consent.views import consent_routes
from idp.core.handles import new_handle
from idp.db.database import Database
from idp.db.encryption import BlindIndex, PersonalDataCipher
from idp.enrolment.ask_carrier import EnrolmentBudgets
from idp.enrolment.notice import enrolment_notice
from idp.enrolment.routes import EnrolmentPolicy, enrolment_routes
from idp.interactions.flow import Flow
from idp.interactions.model import AuthorizationRequest, Intent, Interaction, InteractionId, Prompt
from idp.interactions.ports import AuthorizationResponse
from idp.interactions.sign_in import SignIn
from idp.interactions.views import interaction_routes
from idp.interactions.visits import Visits
from idp.login.password_login import LoginBudgets, PasswordLogin
from idp.login.views import login_routes
from idp.messaging.model import NoticeKind
from idp.messaging.notices import NoticeDelivery
from idp.messaging.ports import SmsNotSent
from idp.otp.delivery import OtpDelivery
from idp.otp.model import ChallengeId
from idp.otp.one_time_passwords import CodeGenerator, OneTimePasswords, OtpBudgets, OtpPolicy
from idp.otp.page import OtpPage
from idp.recovery.routes import recovery_routes
from idp.relying_parties.model import OIDC, ClientAuthentication, ClientId, RelyingParty
from idp.sessions.cookie import SessionCookie
from idp.sessions.model import Session
from idp.settings import Settings
from idp.throttling.ports import Budget
from idp.web.browser import BrowserCookie
from idp.web.pages import Brand, Pages
from idp.web.static_files import StaticFiles
from tests.fakes.carrier_records import CarrierRecordsInMemory
from tests.fakes.clock import FakeClock
from tests.fakes.following_client import FollowingClient
from tests.fakes.logouts import nobody_to_tell
from tests.fakes.sms import SmsOutbox

PORTAL = RelyingParty(
    client_id=ClientId("binh-dinh"),
    name_vi="Cổng Dịch vụ công tỉnh Bình Định",
    name_en="Binh Dinh Public Service Portal",
    sms_name="Cong Binh Dinh",
    sector="binh-dinh",
    profile=OIDC,
    client_authentication=ClientAuthentication.SECRET_BASIC,
    id_token_algorithm="ES256",
    pkce_required=True,
    redirect_uris=frozenset({"http://localhost:8401/callback"}),
    post_logout_redirect_uris=frozenset(),
    scopes=frozenset({"openid"}),
    claims=frozenset(),
    minimum_acr=None,
    initiate_login_uri="http://localhost:8401/initiate-login",
    client_uri=None,
    policy_uri=None,
    tos_uri=None,
    enabled=True,
    secrets=(),
)


class CompiledOnce(BytecodeCache):
    """Templates, compiled once for all the applications of a run."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """See `BytecodeCache`."""
        if bucket.key in self._compiled:
            bucket.bytecode_from_string(self._compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """See `BytecodeCache`."""
        self._compiled[bucket.key] = bucket.bytecode_to_string()


COMPILED = CompiledOnce()
CSRF_KEY = b"c" * 32
STATIC = StaticFiles()


class OnePortal:
    """A registry of one; implements `RelyingParties`."""

    def find(self, client_id: ClientId) -> RelyingParty | None:
        """See the port."""
        return PORTAL if client_id == PORTAL.client_id else None

    def catch_up(self, version: int) -> None:
        """See the port."""


class PlainResponder:
    """Answers with the state and nothing secret; implements `Responder`."""

    def approve(self, interaction: Interaction, session: Session) -> AuthorizationResponse:
        """See the port."""
        return self._answer(interaction, "code", session.authentication.citizen_id)

    def refuse(self, interaction: Interaction, error: str) -> AuthorizationResponse:
        """See the port."""
        return self._answer(interaction, "error", error)

    def is_about(self, request: AuthorizationRequest, citizen_id: CitizenId) -> bool:
        """See the port; no request here insists on anybody."""
        return not request.subjects

    @staticmethod
    def _answer(interaction: Interaction, name: str, value: str) -> AuthorizationResponse:
        request = interaction.request
        assert request is not None
        return AuthorizationResponse(
            request.redirect_uri, ((name, value), ("state", request.state or ""))
        )


class AtOnce:
    """The queue without a queue; implements `OtpDeliveries` and `Notices`."""

    def __init__(self, notices: NoticeDelivery) -> None:
        self.codes: OtpDelivery | None = None
        self._notices = notices

    def enqueue(self, challenge_id: ChallengeId, counter: int) -> None:
        """See the port."""
        if self.codes is not None:
            with suppress(SmsNotSent):  # the queue would try again later
                self.codes(challenge_id, counter)

    def tell(self, kind: NoticeKind, citizen_id: CitizenId, at: datetime) -> None:
        """See the port."""
        self._notices(kind, citizen_id, at, reference=new_handle())


@dataclass(frozen=True, slots=True)
class Form:
    """A form as the page has it: its hidden fields, and the values of the others."""

    hidden: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)


class _FormReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "form":
            self.forms.append(Form())
        if tag != "input" or not self.forms or not attributes.get("name"):
            return
        kind = self.forms[-1].hidden if attributes.get("type") == "hidden" else None
        target = self.forms[-1].values if kind is None else kind
        target[attributes["name"] or ""] = attributes.get("value") or ""


class Browser:
    """A browser that follows redirects of ours, keeps cookies, and knows the page before it."""

    def __init__(self, app: Flask) -> None:
        self._client = app.test_client()
        self.status = 0
        self.path = ""
        self.html = ""
        self.away: str | None = None
        self.redirects: list[str] = []

    @property
    def page(self) -> str:
        """The path before it, without the query."""
        return urlsplit(self.path).path

    @property
    def interaction(self) -> str:
        """The interaction named in the address."""
        return self.path.partition("i=")[2].partition("&")[0]

    def cookie(self, name: str) -> str:
        """The value of a cookie this browser keeps."""
        cookie = self._client.get_cookie(name)
        return "" if cookie is None else cookie.value

    @property
    def forms(self) -> list[Form]:
        """The forms of the page."""
        reader = _FormReader()
        reader.feed(self.html)
        return reader.forms

    def open(self, path: str) -> "Browser":
        """Go to *path*; a path without a query stays in this interaction."""
        if "?" not in path and self.interaction:
            path = f"{path}?i={self.interaction}"
        return self._arrive(path, self._client.get(path))

    def submit(self, **typed: str) -> "Browser":
        """Send the first form of the page as it stands, with what is *typed* into it."""
        return self.post(self.path, self.forms[0].hidden | typed)

    def resend(self) -> "Browser":
        """Press "Gửi lại OTP"."""
        form = next(form for form in self.forms if form.hidden.get("action") == "resend")
        return self.post(self.path, form.hidden)

    def post(self, path: str, data: dict[str, str]) -> "Browser":
        """Send *data* to *path*, whatever page is open."""
        return self._arrive(path, self._client.post(path, data=data))

    def post_raw(self, path: str, body: bytes) -> "Browser":
        """Send *body* as it is, as a form."""
        sent = self._client.post(path, data=body, content_type="application/x-www-form-urlencoded")
        return self._arrive(path, sent)

    def _arrive(self, path: str, response: TestResponse) -> "Browser":
        self.redirects, self.away = [], None
        while response.status_code == 303:
            path = response.headers["Location"]
            self.redirects.append(path)
            if not path.startswith("/"):
                self.away = path
                break
            response = self._client.get(path)
        self.status, self.path, self.html = (
            response.status_code,
            path,
            response.get_data(as_text=True),
        )
        response.close()
        return self


class Site:
    """The application, and everything around it that a test wants to see or to change."""

    def __init__(
        self,
        *,
        settings: Settings,
        database: Database,
        index: BlindIndex,
        redis_client: redis.Redis,
        redis_url: str,
        clock: FakeClock,
        carriers: CarrierRecordsInMemory,
        sms: SmsOutbox,
    ) -> None:
        self.settings = settings
        self.database = database
        self.index = index
        self.redis = redis_client
        self.clock = clock
        self.carriers = carriers
        self.sms = sms
        self.hasher = PasswordHasher(
            memory_kib=64,
            iterations=1,
            hashes_at_once=4,
            queue_deadline=timedelta(seconds=30),
        )
        self.interactions = RedisInteractions(redis_client, lifetime=timedelta(days=1))
        self.sessions = RedisSessions(
            redis_client, idle=timedelta(minutes=30), maximum=timedelta(hours=12), clock=clock
        )
        self.app = self._assemble()

    def browser(self) -> Browser:
        """A browser nobody has used."""
        return Browser(self.app)

    def from_portal(
        self, browser: Browser, *, state: str = "abc123", create: bool = True
    ) -> Browser:
        """Come from the portal, with its authorization request."""
        interaction = Interaction(
            id=InteractionId(new_handle()),
            request=AuthorizationRequest(
                client_id=PORTAL.client_id,
                redirect_uri="http://localhost:8401/callback",
                scope=("openid",),
                state=state,
                prompt=frozenset({Prompt.CREATE} if create else ()),
            ),
            started_at=self.clock.now(),
            intent=Intent.ENROL if create else Intent.SIGN_IN,
        )
        self.interactions.add(interaction)
        return browser.open(f"/resume?i={interaction.id}")

    def _assemble(self) -> Flask:
        app, settings, clock = Flask(__name__, static_folder=None), self.settings, self.clock
        app.test_client_class = FollowingClient
        registry, codes = OnePortal(), CodeGenerator(b"o" * 32)
        challenges = RedisOtpChallenges(self.redis)
        throttle = RedisThrottle(
            self.redis,
            exempt_networks=settings.throttling.exempt_networks,
        )
        queue = self.queue = AtOnce(
            NoticeDelivery(
                database=self.database,
                sender=self.sms,
                service_name=settings.brand.sms_name,
                hotline=settings.brand.hotline,
            )
        )
        queue.codes = OtpDelivery(
            challenges=challenges,
            codes=codes,
            recipients=SqlRecipients(self.database),
            sender=self.sms,
            relying_parties=registry,
            service_name=settings.brand.sms_name,
            site="localhost",
            minutes=3,
            database=self.database,
            clock=clock,
        )
        otp = OneTimePasswords(
            challenges=challenges,
            deliveries=queue,
            codes=codes,
            throttle=throttle,
            policy=OtpPolicy(
                lifetime=settings.otp.lifetime,
                attempts=settings.otp.attempts,
                resend_after=settings.otp.resend_after,
                live_codes=settings.otp.live_codes,
                challenges_before_pause=settings.otp.challenges_before_pause,
                pause=settings.otp.pause,
            ),
            budgets=OtpBudgets(
                anonymous_per_number=Budget("number", settings.throttling.otp_per_number),
                sign_in_per_number=Budget("sign_in", settings.throttling.otp_sign_in_per_number),
                anonymous_per_network=Budget(
                    "network", settings.throttling.otp_anonymous_per_network, by_network=True
                ),
                system=Budget("system", settings.throttling.otp_system),
            ),
            index=self.index,
            database=self.database,
            clock=clock,
        )
        tokens = RedisAccessTokens(
            self.redis,
            lifetime=settings.tokens.access_token,
            code_lifetime=settings.tokens.code,
            clock=clock,
        )
        sign_in = SignIn(
            sessions=self.sessions,
            tokens=tokens,
            announce=nobody_to_tell(clock),
            database=self.database,
            clock=clock,
        )
        levels = tuple(
            VerificationLevel(
                entry.level, frozenset(entry.evidence), entry.shown_vi, entry.shown_en
            )
            for entry in settings.levels
        )
        flow = Flow(
            interactions=self.interactions,
            responder=PlainResponder(),
            relying_parties=registry,
            database=self.database,
            levels=levels,
            clock=clock,
        )
        browser_cookie = BrowserCookie(secure=False)
        shown = RedisShownPages(self.redis, PersonalDataCipher([("k1", os.urandom(32))]))
        pages = Pages(
            brand=Brand(),
            issuer="http://localhost:8400",
            csrf_key=CSRF_KEY,
            cookies=browser_cookie,
            shown=shown,
            static=STATIC,
        )
        pages.init_app(app)
        app.jinja_env.bytecode_cache = COMPILED
        visits = Visits(
            interactions=self.interactions,
            relying_parties=registry,
            flow=flow,
            sign_in=sign_in,
            browser=browser_cookie,
            session_cookie=SessionCookie(secure=False),
            shown=shown,
            clock=clock,
        )
        otp_page = OtpPage(pages=pages, otp=otp, clock=clock)
        per_network = settings.throttling.password_failures_per_network
        login = PasswordLogin(
            database=self.database,
            index=self.index,
            hasher=self.hasher,
            throttle=throttle,
            budgets=LoginBudgets(
                per_number_and_network=Budget(
                    "password", settings.throttling.password_per_number_and_network
                ),
                failures_per_network=Budget("failures", per_network, by_network=True),
                failures_system=Budget("all", settings.throttling.password_failures_system),
            ),
            clock=clock,
        )
        rates = settings.throttling.enrolment_per_identity_number
        for blueprint in (
            interaction_routes(pages=pages, visits=visits, flow=flow, database=self.database),
            login_routes(
                pages=pages,
                visits=visits,
                login=login,
                otp=otp,
                page=otp_page,
                database=self.database,
                clock=clock,
            ),
            consent_routes(
                pages=pages,
                visits=visits,
                decide=DecideConsent(database=self.database, clock=clock),
                database=self.database,
                levels=levels,
                clock=clock,
            ),
            enrolment_routes(
                pages=pages,
                visits=visits,
                otp=otp,
                otp_page=otp_page,
                carriers=self.carriers,
                hasher=self.hasher,
                sign_in=sign_in,
                notices=queue,
                throttle=throttle,
                budgets=EnrolmentBudgets(
                    per_identity_number=Budget("enrolment_number", rates),
                    per_phone=Budget("enrolment_phone", rates),
                    forms_per_network=Budget(
                        "enrolment_forms",
                        settings.throttling.enrolment_forms_per_network,
                        by_network=True,
                    ),
                ),
                policy=EnrolmentPolicy(
                    minimum_age=settings.enrolment.minimum_age,
                    kept=settings.enrolment.kept,
                    proves_for=settings.enrolment.otp_proves_for,
                    counts_as_sign_in=settings.sessions.enrolment_counts_as_sign_in,
                    carrier_match_lapses_after=settings.evidence.carrier_match_lapses_after,
                ),
                notice=enrolment_notice(carriers=("Viettel", "VinaPhone"), kept_days=7),
                levels=levels,
                database=self.database,
                index=self.index,
                clock=clock,
            ),
            recovery_routes(
                pages=pages,
                visits=visits,
                otp=otp,
                otp_page=otp_page,
                carriers=self.carriers,
                hasher=self.hasher,
                sign_in=sign_in,
                notices=queue,
                sim_change_window=settings.recovery.sim_change_window,
                proves_for=settings.recovery.otp_proves_for,
                database=self.database,
                index=self.index,
                clock=clock,
            ),
        ):
            app.register_blueprint(blueprint)
        return app
