"""
The composition root: builds everything, and is the only module that knows concrete classes.

Read it as a table of contents: `Parts` is what every process shares, then the web application, the
worker, the preparation of an installation and the command line, each from parts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, cached_property, partial
from math import ceil
from pathlib import Path
from typing import Final

import click
import dramatiq
import redis
import structlog
from flask import Flask, Response
from joserfc.jwk import ECKey
from redis.exceptions import RedisError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from idp.account.views import account_routes
from idp.adapters.camara import CamaraCarrierRecords, CarrierEndpoint
from idp.adapters.fetcher import HttpsFetcher
from idp.adapters.jobs import Jobs
from idp.adapters.keys_on_disk import KeysOnDisk
from idp.adapters.logout_sender import HttpLogoutSender
from idp.adapters.recipients import SqlRecipients
from idp.adapters.redis.connection import connect
from idp.adapters.redis.grants import RedisAccessTokens, RedisAuthorizationCodes
from idp.adapters.redis.interactions import RedisInteractions
from idp.adapters.redis.otp_challenges import RedisOtpChallenges
from idp.adapters.redis.registry_version import RedisRegistryVersion
from idp.adapters.redis.sessions import RedisSessions
from idp.adapters.redis.spent_identifiers import RedisSpentIdentifiers
from idp.adapters.redis.stored_logouts import RedisFarewells, RedisStoredLogouts
from idp.adapters.redis.throttle import RedisThrottle
from idp.adapters.sms_gateway import HttpSmsGateway
from idp.audit.events import SigningKeysChanged
from idp.audit.log import record
from idp.backchannel.announce import AnnounceLogout
from idp.backchannel.commands import logouts_command
from idp.backchannel.deliver import DeliverLogout
from idp.backchannel.sweep import SWEPT_EVERY, forget_old_logouts, wake_due_logouts
from idp.carriers.ports import CarrierRecords
from idp.certification.codes import FixedCode, NoTextMessages
from idp.certification.keep_person import KeepPerson
from idp.certification.model import read_person
from idp.certification.rules import for_certification
from idp.citizens.model import EvidenceKind
from idp.citizens.password_hasher import HasherBusy, PasswordHasher
from idp.citizens.rules import VerificationLevel
from idp.consent.decide import DecideConsent
from idp.consent.views import consent_routes
from idp.core.clock import Clock, SystemClock
from idp.core.handles import random_fraction
from idp.db import db
from idp.db.commands import db_commands
from idp.db.database import Database
from idp.db.encryption import BlindIndex, PersonalDataCipher
from idp.db.migrate import migrate
from idp.enrolment.ask_carrier import EnrolmentBudgets
from idp.enrolment.notice import enrolment_notice
from idp.enrolment.routes import EnrolmentPolicy, enrolment_routes
from idp.enrolment.sweep import forget_expired_enrolments
from idp.grants.refresh_families import RefreshFamilies, RefreshPolicy
from idp.grants.sweep import forget_ended_families
from idp.interactions.flow import Flow
from idp.interactions.sign_in import SignIn
from idp.interactions.views import interaction_routes
from idp.interactions.visits import Visits
from idp.login.password_login import LoginBudgets, PasswordLogin
from idp.login.views import login_routes
from idp.logout.sign_out import SignOut
from idp.logout.views import logout_routes
from idp.messaging.notices import NoticeDelivery
from idp.messaging.ports import SmsSender
from idp.oidc.authorize import AuthorizationRequests
from idp.oidc.client_assertion import ClientAssertions
from idp.oidc.client_authentication import ClientAuthenticator
from idp.oidc.client_keys import ClientKeySet
from idp.oidc.discovery import Discovery, JwksEndpoint
from idp.oidc.end_session import EndSessionRequests
from idp.oidc.face import ProtocolFace
from idp.oidc.grants.authorization_code import CodeRedemption
from idp.oidc.grants.client_credentials import OwnTokens
from idp.oidc.grants.refresh_token import Refreshing
from idp.oidc.grants.token_response import TokenResponses
from idp.oidc.id_token import IdTokens, SubjectClaims
from idp.oidc.id_token_hint import IdTokenHints
from idp.oidc.introspection import IntrospectionEndpoint
from idp.oidc.logout_token import SignedLogoutTokens
from idp.oidc.own_tokens import OwnTokenReader
from idp.oidc.probes import Readiness
from idp.oidc.register import RegistrationEndpoint
from idp.oidc.request_objects import SignedRequests
from idp.oidc.respond import AuthorizationResponses, OidcResponder
from idp.oidc.revocation import RevocationEndpoint
from idp.oidc.routes import protocol_routes
from idp.oidc.token import TokenEndpoint
from idp.oidc.userinfo import UserinfoEndpoint
from idp.oidc.views import authorization_routes
from idp.otp.delivery import OtpDelivery
from idp.otp.one_time_passwords import CodeGenerator, OneTimePasswords, OtpBudgets, OtpPolicy
from idp.otp.page import OtpPage
from idp.otp.ports import Codes
from idp.processes.configuration import config_commands
from idp.processes.worker import Sweep
from idp.recovery.routes import recovery_routes
from idp.relying_parties.commands import (
    Registrar,
    read_registrations,
    registration_files,
    relying_parties_commands,
)
from idp.relying_parties.disable import Disable
from idp.relying_parties.initial_tokens import InitialTokens
from idp.relying_parties.logos import Logos
from idp.relying_parties.ports import Fetcher
from idp.relying_parties.register import Register
from idp.relying_parties.register_dynamically import RegisterDynamically
from idp.relying_parties.registry import Registry
from idp.relying_parties.rotate_secret import RotateSecret
from idp.relying_parties.secrets import SecretHasher
from idp.relying_parties.views import logo_routes
from idp.sessions.cookie import SessionCookie
from idp.sessions.rules import sid
from idp.settings import ConfigurationError, Settings, decode_key, load
from idp.signing.commands import keys_commands
from idp.signing.material import SigningAlgorithm
from idp.signing.model import RotationPolicy
from idp.signing.ports import KeyStoreUnreadable
from idp.signing.rotate import create_missing, keep_up
from idp.signing.signer import Signer
from idp.throttling.ports import Budget
from idp.web.browser import BrowserCookie
from idp.web.network import TrustedProxies
from idp.web.pages import Brand, Pages
from idp.web.reference import request_reference

OUTAGES: Final = (
    OperationalError,
    InterfaceError,
    PoolTimeout,
    RedisError,
    HasherBusy,
)
"""What is raised when a part is away or overrun: 503, since trying again is right."""

MIGRATIONS: Final = str(Path(__file__).parent / "migrations")
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Adapters:
    """What may stand in for the world outside: in tests, and wherever no sandbox runs."""

    clock: Clock | None = None
    carriers: CarrierRecords | None = None
    sms: SmsSender | None = None


class Parts:
    """What the processes share; each part is built when it is first wanted, once."""

    def __init__(self, settings: Settings, adapters: Adapters | None = None) -> None:
        self.settings = settings = for_certification(settings)
        self._adapters = adapters or Adapters()
        self.clock: Clock = self._adapters.clock or SystemClock()
        self.flask = Flask("idp", static_folder=None)
        self.flask.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
        self.flask.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
            "pool_size": settings.database.pool_size,
        }
        self.flask.config["MAX_CONTENT_LENGTH"] = settings.http.max_body
        db.init_app(self.flask)

    @cached_property
    def database(self) -> Database:
        keys = []
        for entry in self.settings.secrets.data_key.get_secret_value().split(","):
            key_id, _, key = entry.strip().partition(":")
            keys.append((key_id, decode_key(key)))
        with self.flask.app_context():
            return Database.open(db.engine, PersonalDataCipher(keys))

    @cached_property
    def index(self) -> BlindIndex:
        return BlindIndex(decode_key(self.settings.secrets.index_key.get_secret_value()))

    @cached_property
    def redis(self) -> redis.Redis:
        return connect(self.settings.redis_url, connections=self.settings.server.threads + 2)

    @cached_property
    def jobs(self) -> Jobs:
        return Jobs(self.settings.redis_url)

    @cached_property
    def registry_version(self) -> RedisRegistryVersion:
        return RedisRegistryVersion(self.redis)

    @cached_property
    def registry(self) -> Registry:
        return Registry(self.database, self.registry_version)

    @cached_property
    def fetcher(self) -> Fetcher:
        return self._fetcher(at_once=max(1, self.settings.server.threads // 2))

    @cached_property
    def registration_fetcher(self) -> Fetcher:
        """One for those who are not registered yet: they must not use up the others' places."""
        return self._fetcher(at_once=max(1, self.settings.server.threads // 4))

    def _fetcher(self, *, at_once: int) -> Fetcher:
        http = self.settings.http
        return HttpsFetcher(ca_file=http.ca_file, loopback=http.fetch_loopback, at_once=at_once)

    @cached_property
    def client_keys(self) -> ClientKeySet:
        return ClientKeySet(self.fetcher, self.clock)

    @cached_property
    def logos(self) -> Logos:
        return Logos(
            fetcher=self.registration_fetcher,
            database=self.database,
            version=self.registry_version,
        )

    @cached_property
    def secret_hasher(self) -> SecretHasher:
        return SecretHasher(decode_key(self.settings.secrets.secret_pepper.get_secret_value()))

    @cached_property
    def keys(self) -> KeysOnDisk:
        passphrase = self.settings.secrets.signing_passphrase.get_secret_value()
        return KeysOnDisk(self.settings.signing.folder, passphrase.encode())

    @cached_property
    def rotation(self) -> RotationPolicy:
        signing = self.settings.signing
        return RotationPolicy(
            announce=signing.announce,
            active=signing.active,
            publish_after_retirement=signing.publish_after_retirement,
        )

    @cached_property
    def signer(self) -> Signer:
        return Signer(self.keys, self.clock, self.rotation, on_unreadable=_report_unreadable_keys)

    @cached_property
    def subject_key(self) -> bytes:
        return decode_key(self.settings.secrets.subject_key.get_secret_value())

    @cached_property
    def refresh_policy(self) -> RefreshPolicy:
        tokens = self.settings.tokens
        return RefreshPolicy(
            idle=tokens.refresh_idle, maximum=tokens.refresh_maximum, grace=tokens.refresh_grace
        )

    @cached_property
    def challenges(self) -> RedisOtpChallenges:
        return RedisOtpChallenges(self.redis)

    @cached_property
    def code_generator(self) -> Codes:
        certification = self.settings.certification
        if certification.enabled and certification.otp is not None:
            return FixedCode(certification.otp)
        return CodeGenerator(decode_key(self.settings.secrets.otp_key.get_secret_value()))

    @cached_property
    def levels(self) -> tuple[VerificationLevel, ...]:
        try:
            return tuple(
                VerificationLevel(
                    entry.level,
                    frozenset(EvidenceKind(kind) for kind in entry.evidence),
                    entry.shown_vi,
                    entry.shown_en,
                )
                for entry in self.settings.levels
            )
        except ValueError as error:  # a level that nobody could ever reach
            raise ConfigurationError(f"levels: {error}") from None

    @cached_property
    def sms(self) -> SmsSender:
        if self.settings.certification.enabled:
            return NoTextMessages()
        return self._adapters.sms or HttpSmsGateway(
            self.settings.messaging.gateway_url,
            self.settings.secrets.sms_api_key.get_secret_value(),
            self.settings.messaging.timeout,
        )

    @cached_property
    def carriers(self) -> CarrierRecords:
        return self._adapters.carriers or _carriers(self.settings, self.clock)


def create_app(settings: Settings | None = None, adapters: Adapters | None = None) -> Flask:
    """The web application: what a person sees on Flask, the protocol's API paths in front of it."""
    parts = Parts(settings or load(), adapters)
    settings, app, clock, database = parts.settings, parts.flask, parts.clock, parts.database
    secure, issuer = settings.server.secure, settings.server.issuer

    throttle = RedisThrottle(
        parts.redis,
        exempt_networks=settings.throttling.exempt_networks,
    )
    codes = RedisAuthorizationCodes(
        parts.redis,
        lifetime=settings.tokens.code,
        token_lifetime=settings.tokens.access_token,
    )
    tokens = RedisAccessTokens(
        parts.redis,
        lifetime=settings.tokens.access_token,
        code_lifetime=settings.tokens.code,
        clock=clock,
    )
    sessions = RedisSessions(
        parts.redis, idle=settings.sessions.idle, maximum=settings.sessions.maximum, clock=clock
    )
    interactions = RedisInteractions(parts.redis, lifetime=settings.interactions.lifetime)

    signer, subject_key = parts.signer, parts.subject_key
    subjects = SubjectClaims(subject_key)
    responses = AuthorizationResponses(issuer)
    responder = OidcResponder(
        responses=responses,
        relying_parties=parts.registry,
        codes=codes,
        subjects=subjects,
        database=database,
        levels=parts.levels,
        clock=clock,
    )

    browser = BrowserCookie(secure=secure)
    pages = Pages(
        brand=_brand(settings),
        csrf_key=decode_key(settings.secrets.csrf_key.get_secret_value()),
        cookies=browser,
        certification=settings.certification.enabled,
        strict_transport=settings.server.strict_transport,
    )
    pages.init_app(app)
    sign_in = SignIn(
        sessions=sessions,
        tokens=tokens,
        announce=AnnounceLogout(
            relying_parties=parts.registry, key=subject_key, wakes=parts.jobs, clock=clock
        ),
        database=database,
        clock=clock,
    )
    flow = Flow(
        interactions=interactions,
        responder=responder,
        relying_parties=parts.registry,
        database=database,
        levels=parts.levels,
        clock=clock,
    )
    visits = Visits(
        interactions=interactions,
        relying_parties=parts.registry,
        flow=flow,
        sign_in=sign_in,
        browser=browser,
        session_cookie=SessionCookie(secure=secure),
        clock=clock,
    )
    farewells, name_of_session = RedisFarewells(parts.redis), partial(sid, subject_key)
    sign_out = SignOut(
        visits=visits,
        farewells=farewells,
        relying_parties=parts.registry,
        name_of_session=name_of_session,
        issuer=issuer,
        clock=clock,
    )
    hasher = PasswordHasher(
        memory_kib=settings.passwords.memory_kib,
        iterations=settings.passwords.iterations,
        hashes_at_once=settings.passwords.hashes_at_once,
        queue_deadline=settings.passwords.queue_deadline,
    )
    _warn_of_certification(settings)
    if settings.certification.enabled:
        _keep_certification_person(parts, hasher)
    otp = OneTimePasswords(
        challenges=parts.challenges,
        deliveries=parts.jobs,
        codes=parts.code_generator,
        throttle=throttle,
        policy=_otp_policy(settings),
        budgets=_otp_budgets(settings),
        index=parts.index,
        database=database,
        clock=clock,
    )
    otp_page = OtpPage(pages=pages, otp=otp, clock=clock)

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
            registry=parts.registry,
            interactions=interactions,
            flow=flow,
            visits=visits,
            browser=browser,
            pages=pages,
            max_body=settings.http.max_body,
            clock=clock,
        ),
        interaction_routes(pages=pages, visits=visits, flow=flow, database=database),
        login_routes(
            pages=pages,
            visits=visits,
            login=PasswordLogin(
                database=database,
                index=parts.index,
                hasher=hasher,
                throttle=throttle,
                budgets=_login_budgets(settings),
                clock=clock,
            ),
            otp=otp,
            page=otp_page,
            database=database,
            clock=clock,
        ),
        enrolment_routes(
            pages=pages,
            visits=visits,
            otp=otp,
            otp_page=otp_page,
            carriers=parts.carriers,
            hasher=hasher,
            sign_in=sign_in,
            notices=parts.jobs,
            throttle=throttle,
            budgets=_enrolment_budgets(settings),
            policy=_enrolment_policy(settings),
            notice=enrolment_notice(
                carriers=[carrier.shown for carrier in settings.carriers.directory],
                kept_days=settings.enrolment.kept.days,
            ),
            levels=parts.levels,
            database=database,
            index=parts.index,
            clock=clock,
        ),
        recovery_routes(
            pages=pages,
            visits=visits,
            otp=otp,
            otp_page=otp_page,
            carriers=parts.carriers,
            hasher=hasher,
            sign_in=sign_in,
            notices=parts.jobs,
            sim_change_window=settings.recovery.sim_change_window,
            proves_for=settings.recovery.otp_proves_for,
            database=database,
            index=parts.index,
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
        account_routes(
            pages=pages,
            visits=visits,
            sign_out=sign_out,
            registry=parts.registry,
            database=database,
            levels=parts.levels,
            clock=clock,
        ),
        logo_routes(parts.logos),
        logout_routes(
            pages=pages,
            visits=visits,
            requests=EndSessionRequests(
                issuer=issuer, signer=signer, relying_parties=parts.registry
            ),
            stored=RedisStoredLogouts(parts.redis),
            farewells=farewells,
            sign_out=sign_out,
            relying_parties=parts.registry,
            database=database,
            name_of_session=name_of_session,
            clock=clock,
        ),
    ):
        app.register_blueprint(blueprint)
    _answer_outages(app, pages)

    spent = RedisSpentIdentifiers(parts.redis, clock)
    clients = ClientAuthenticator(
        relying_parties=parts.registry,
        hasher=parts.secret_hasher,
        assertions=ClientAssertions(
            keys=parts.client_keys,
            spent=spent,
            relying_parties=parts.registry,
            audiences=frozenset({issuer, f"{issuer}/token"}),
            clock=clock,
        ),
        throttle=throttle,
        failures=Budget(
            "client_authentication_failures", settings.throttling.client_authentication_failures
        ),
        database=database,
        clock=clock,
    )
    families = RefreshFamilies(
        decode_key(settings.secrets.refresh_key.get_secret_value()), parts.refresh_policy
    )
    token_responses = TokenResponses(
        tokens=tokens,
        id_tokens=IdTokens(
            issuer=issuer,
            signer=signer,
            subjects=subjects,
            lifetime=settings.tokens.id_token,
            clock=clock,
        ),
        access_token_lifetime=settings.tokens.access_token,
        clock=clock,
    )
    own_token_reader = OwnTokenReader(signer=signer, spent=spent, relying_parties=parts.registry)
    face = ProtocolFace(
        app.wsgi_app,
        protocol_routes(
            discovery=Discovery(issuer),
            jwks=JwksEndpoint(signer),
            token=TokenEndpoint(
                clients=clients,
                redemption=CodeRedemption(
                    codes=codes,
                    tokens=tokens,
                    families=families,
                    responses=token_responses,
                    relying_parties=parts.registry,
                    database=database,
                    clock=clock,
                ),
                refreshing=Refreshing(
                    families=families,
                    tokens=tokens,
                    responses=token_responses,
                    database=database,
                    levels=parts.levels,
                    clock=clock,
                ),
                own_tokens=OwnTokens(
                    issuer=issuer,
                    signer=signer,
                    lifetime=settings.tokens.access_token,
                    clock=clock,
                ),
            ),
            userinfo=UserinfoEndpoint(
                issuer=issuer,
                tokens=tokens,
                subjects=subjects,
                signer=signer,
                relying_parties=parts.registry,
                database=database,
            ),
            introspection=IntrospectionEndpoint(
                issuer=issuer,
                clients=clients,
                tokens=tokens,
                families=families,
                own_tokens=own_token_reader,
                subjects=subjects,
                relying_parties=parts.registry,
                database=database,
                clock=clock,
            ),
            revocation=RevocationEndpoint(
                clients=clients,
                tokens=tokens,
                families=families,
                own_tokens=own_token_reader,
                database=database,
                clock=clock,
            ),
            registration=RegistrationEndpoint(
                issuer=issuer,
                registrations=RegisterDynamically(
                    is_open=settings.registrations.open,
                    database=database,
                    version=parts.registry_version,
                    hasher=parts.secret_hasher,
                    fetcher=parts.registration_fetcher,
                    logos=parts.logos,
                    clock=clock,
                ),
                throttle=throttle,
                budget=Budget(
                    "registrations_per_network",
                    settings.throttling.registrations_per_network,
                    by_network=True,
                ),
            ),
            readiness=Readiness(
                {"database": database.ping, "redis": parts.redis.ping, "keys": signer.jwks}
            ),
        ),
        max_body=settings.http.max_body,
        outages=OUTAGES,
        strict_transport=settings.server.strict_transport,
    )
    app.wsgi_app = TrustedProxies(face, settings.http.trusted_proxies)  # type: ignore[method-assign]
    return app


def _warn_of_certification(settings: Settings) -> None:
    """Say loudly what this process is, in the log that somebody reads in the end."""
    if settings.certification.enabled:
        _log.warning(
            "CERTIFICATION MODE: every one-time password is the same and no text message is sent; "
            "this service protects nobody's account",
            issuer=settings.server.issuer,
        )


def _keep_certification_person(parts: Parts, hasher: PasswordHasher) -> None:
    """See to it that the person whom the suite signs in is there."""
    file = parts.settings.certification.person_file
    if file is not None:
        keep = KeepPerson(
            database=parts.database, index=parts.index, hasher=hasher, clock=parts.clock
        )
        keep(read_person(file))


def _report_unreadable_keys(error: KeyStoreUnreadable) -> None:
    """The last good ring goes on serving; somebody has to look all the same."""
    _log.error("signing_keys_unreadable", problem=str(error))


def _enrolment_budgets(settings: Settings) -> EnrolmentBudgets:
    windows = settings.throttling.enrolment_per_identity_number
    return EnrolmentBudgets(
        per_identity_number=Budget("enrolment_per_identity_number", windows),
        per_phone=Budget("enrolment_per_phone", windows),
    )


def _enrolment_policy(settings: Settings) -> EnrolmentPolicy:
    return EnrolmentPolicy(
        minimum_age=settings.enrolment.minimum_age,
        kept=settings.enrolment.kept,
        proves_for=settings.enrolment.otp_proves_for,
        counts_as_sign_in=settings.sessions.enrolment_counts_as_sign_in,
        carrier_match_lapses_after=settings.evidence.carrier_match_lapses_after,
    )


def _otp_policy(settings: Settings) -> OtpPolicy:
    otp = settings.otp
    return OtpPolicy(
        lifetime=otp.lifetime,
        attempts=otp.attempts,
        resend_after=otp.resend_after,
        live_codes=otp.live_codes,
        challenges_before_pause=otp.challenges_before_pause,
        pause=otp.pause,
    )


def _otp_budgets(settings: Settings) -> OtpBudgets:
    throttling = settings.throttling
    return OtpBudgets(
        anonymous_per_number=Budget("otp_per_number", throttling.otp_per_number),
        sign_in_per_number=Budget("otp_sign_in_per_number", throttling.otp_sign_in_per_number),
        anonymous_per_network=Budget(
            "otp_anonymous_per_network", throttling.otp_anonymous_per_network, by_network=True
        ),
        system=Budget("otp_system", throttling.otp_system),
    )


def _login_budgets(settings: Settings) -> LoginBudgets:
    throttling = settings.throttling
    return LoginBudgets(
        per_number_and_network=Budget(
            "password_per_number_and_network", throttling.password_per_number_and_network
        ),
        failures_per_network=Budget(
            "password_failures_per_network",
            throttling.password_failures_per_network,
            by_network=True,
        ),
        failures_system=Budget("password_failures_system", throttling.password_failures_system),
    )


def _brand(settings: Settings) -> Brand:
    brand = settings.brand
    return Brand(
        name_vi=brand.name_vi,
        name_en=brand.name_en,
        sub_vi=brand.sub_vi,
        sub_en=brand.sub_en,
        trial_band=brand.trial_band,
        hotline=brand.hotline,
    )


def _carriers(settings: Settings, clock: Clock) -> CarrierRecords:
    directory = settings.carriers.directory
    return CamaraCarrierRecords(
        tuple(
            CarrierEndpoint(
                carrier.name,
                carrier.base_url,
                carrier.token_url,
                carrier.unaccented,
                settings.carriers.client_id,
            )
            for carrier in directory
        ),
        prefixes={prefix: carrier.name for carrier in directory for prefix in carrier.prefixes},
        key=ECKey.import_key(settings.secrets.carrier_client_key.get_secret_value()),
        clock=clock,
        call_timeout=settings.carriers.call_timeout,
        total_timeout=settings.carriers.total_timeout,
        questions_at_once=settings.carriers.calls_at_once,
    )


def _answer_outages(app: Flask, pages: Pages) -> None:
    """A part that is away is a 503 with a reference: nothing is lost by trying again."""

    def unavailable(error: Exception) -> Response:
        _log.error("unavailable", reference=request_reference(), cause=type(error).__name__)
        response = pages.render(
            "errors/unavailable.html", status=503, reference=request_reference(), minutes=1
        )
        response.headers["Retry-After"] = "10"
        return response

    for error in OUTAGES:
        app.register_error_handler(error, unavailable)


def create_worker(
    settings: Settings, adapters: Adapters | None = None
) -> tuple[dramatiq.Broker, Sequence[Sweep]]:
    """The worker's two halves: the queue with what its jobs need, and the regular sweeps."""
    parts = Parts(settings, adapters)
    settings = parts.settings
    _warn_of_certification(settings)
    parts.jobs.consume(
        otp=OtpDelivery(
            challenges=parts.challenges,
            codes=parts.code_generator,
            recipients=SqlRecipients(parts.database),
            sender=parts.sms,
            relying_parties=parts.registry,
            service_name=settings.brand.sms_name,
            site=settings.server.site,
            minutes=ceil(settings.otp.lifetime / timedelta(minutes=1)),
            database=parts.database,
            clock=parts.clock,
        ),
        notice=NoticeDelivery(
            database=parts.database,
            sender=parts.sms,
            service_name=settings.brand.sms_name,
            hotline=settings.brand.hotline,
        ),
        logout=DeliverLogout(
            database=parts.database,
            relying_parties=parts.registry,
            tokens=SignedLogoutTokens(
                issuer=settings.server.issuer, signer=parts.signer, clock=parts.clock
            ),
            sender=HttpLogoutSender(
                ca_file=settings.http.ca_file, loopback=settings.http.fetch_loopback
            ),
            wakes=parts.jobs,
            jitter=random_fraction,
            clock=parts.clock,
        ),
    )
    return parts.jobs.broker, (
        Sweep(
            "wake due logouts",
            SWEPT_EVERY,
            partial(wake_due_logouts, parts.database, parts.jobs, parts.clock),
        ),
        Sweep(
            "forget old logouts",
            timedelta(days=1),
            partial(forget_old_logouts, parts.database, parts.clock),
        ),
        Sweep(
            "forget expired enrolments",
            timedelta(minutes=10),
            partial(forget_expired_enrolments, parts.database, parts.clock),
        ),
        Sweep(
            "forget ended refresh tokens",
            timedelta(days=1),
            partial(forget_ended_families, parts.database, parts.refresh_policy, parts.clock),
        ),
        Sweep("keep the signing keys up", timedelta(hours=1), partial(_keep_keys_up, parts)),
    )


def _keep_keys_up(parts: Parts) -> None:
    """Announce successors, retire what has served its time, and say so in the audit log."""
    for event in keep_up(parts.keys, parts.rotation, parts.clock):
        _record_key_change(parts, f"signing_key.{event.kind}", {"kid": event.kid})


def _record_key_change(parts: Parts, change: str, details: Mapping[str, str]) -> None:
    event = SigningKeysChanged(change=change, kid=details["kid"], reason=details.get("reason", ""))
    with parts.database.transaction() as transaction:
        record(transaction, event, parts.clock.now())


def _registrar(parts: Parts) -> Registrar:
    return Registrar(
        folder=parts.settings.registrations.folder,
        database=parts.database,
        register=Register(
            database=parts.database,
            version=parts.registry_version,
            hasher=parts.secret_hasher,
            clock=parts.clock,
        ),
        rotate_secret=RotateSecret(
            database=parts.database,
            version=parts.registry_version,
            hasher=parts.secret_hasher,
            clock=parts.clock,
        ),
        disable=Disable(database=parts.database, version=parts.registry_version, clock=parts.clock),
        initial_tokens=InitialTokens(database=parts.database, clock=parts.clock),
        logos=parts.logos,
        clock=parts.clock,
    )


def prepare(settings: Settings, *, client_secrets: Path) -> None:
    """
    Make an installation ready; safe to repeat.

    Migrations applied, a signing key of each algorithm made where there is none, the relying
    parties of `registrations.folder` registered. The secret of each new one is written to
    `<client_secrets>/<client_id>.client_secret`, readable by its owner alone.
    """
    parts = Parts(settings)
    migrate(parts.flask, MIGRATIONS)
    create_missing(parts.keys, tuple(SigningAlgorithm), parts.clock)
    registrar = _registrar(parts)
    registrations = read_registrations(registration_files(settings.registrations.folder))
    for client_id, secret in registrar.register.apply(registrations).items():
        path = client_secrets / f"{client_id}.client_secret"
        path.touch(mode=0o600)
        path.write_text(secret, "utf-8")
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
            lambda change, details: _record_key_change(parts(), change, details),
        )
    )
    relying_parties = relying_parties_commands(lambda: _registrar(parts()))
    relying_parties.add_command(logouts_command(lambda: parts().database))
    commands.add_command(relying_parties)
    commands.add_command(config_commands(load))
    return commands
