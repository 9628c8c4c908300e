"""What the processes share: each part is built when it is first wanted, once."""

from dataclasses import dataclass
from functools import cached_property, partial

import dramatiq
import redis
import structlog

from idp.adapters.jobs import Jobs, redis_queue
from idp.adapters.keys_on_disk import KeysOnDisk
from idp.adapters.redis.connection import connect
from idp.adapters.redis.grants import RedisAccessTokens, RedisAuthorizationCodes
from idp.adapters.redis.interactions import RedisInteractions
from idp.adapters.redis.operator_sessions import RedisOperatorSessions
from idp.adapters.redis.otp_challenges import RedisOtpChallenges
from idp.adapters.redis.published_keys import RedisPublishedKeys
from idp.adapters.redis.registry_version import RedisRegistryVersion
from idp.adapters.redis.sessions import RedisSessions
from idp.adapters.redis.tally import RedisTally
from idp.adapters.redis.test_inbox import RedisTestInbox
from idp.adapters.redis.throttle import RedisThrottle
from idp.adapters.redis.waiting_failures import RedisWaitingFailures
from idp.adapters.reserved_numbers import ReservedNumbersRecords, ReservedNumbersSms
from idp.adapters.when_asked import FetcherWhenAsked
from idp.app import outside
from idp.app.policies import interactions_budget, operator_budgets, question_budgets
from idp.audit.roots import RootsFile
from idp.backchannel.announce import AnnounceLogout
from idp.carriers.count_question import CountQuestion
from idp.carriers.match_citizen import MatchCitizen
from idp.carriers.ports import CarrierRecords
from idp.carriers.rules import hinted_carrier
from idp.certification.codes import FixedCode, NoMail, NoTextMessages
from idp.certification.rules import for_certification
from idp.citizens.model import EvidenceKind
from idp.citizens.password_hasher import PasswordHasher
from idp.citizens.rules import VerificationLevel
from idp.core.clock import Clock, SystemClock
from idp.counter_visits.codes import VisitCodes
from idp.db import db
from idp.db.database import Database
from idp.db.encryption import BlindIndex, PersonalDataCipher
from idp.disputes.decide_dispute import EndDisputed
from idp.emails.ask_to_verify import AskToVerifyEmail
from idp.follow_ups.follow_ups import FollowUps
from idp.grants.refresh_families import RefreshPolicy
from idp.integration_tests.rehearse import Rehearse
from idp.interactions.hold_account import HoldAccount
from idp.interactions.sign_in import SignIn
from idp.messaging.links import Links
from idp.messaging.mails import Writer
from idp.messaging.ports import MailSender, SmsSender
from idp.oidc.client_keys import ClientKeySet
from idp.oidc.id_token import SubjectClaims
from idp.oidc.rehearsal import RehearsedAnswers
from idp.oidc.respond import AuthorizationResponses
from idp.operators.verify_operator import VerifyOperator
from idp.otp.one_time_passwords import CarrierOf, CodeGenerator
from idp.otp.ports import Codes
from idp.relying_parties.logos import Logos
from idp.relying_parties.ports import Fetcher
from idp.relying_parties.registry import Registry
from idp.relying_parties.secrets import SecretHasher
from idp.relying_parties.uses import NotedUses
from idp.settings import ConfigurationError, Settings, decode_key
from idp.signing.model import RotationPolicy
from idp.signing.ports import KeyStoreUnreadable
from idp.signing.signer import Signer
from idp.throttling.ports import Budget
from idp.unrecognised.notice_links import NoticeLinks
from idp.unrecognised.report import ReportUnrecognised
from idp.web.application import Application

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Adapters:
    """What may stand in for the world outside: in tests, and wherever no sandbox runs."""

    clock: Clock | None = None
    carriers: CarrierRecords | None = None
    sms: SmsSender | None = None
    mail: MailSender | None = None
    queue: dramatiq.Broker | None = None


def empty_application(settings: Settings) -> Application:
    """An application without any page so far."""
    app = Application("idp", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.http.max_body
    return app


class Parts:
    """What the processes share; each part is built when it is first wanted, once."""

    def __init__(self, settings: Settings, adapters: Adapters | None = None) -> None:
        self.settings = settings = for_certification(settings)
        self._adapters = adapters or Adapters()
        self.clock: Clock = self._adapters.clock or SystemClock()
        self.flask = empty_application(settings)
        self.flask.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
        self.flask.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
            "pool_size": settings.database.pool_size,
        }
        db.init_app(self.flask)

    # --- what is kept, and where ---

    @cached_property
    def cipher(self) -> PersonalDataCipher:
        keys = []
        for entry in self.settings.secrets.data_key.get_secret_value().split(","):
            key_id, _, key = entry.strip().partition(":")
            keys.append((key_id, decode_key(key)))
        return PersonalDataCipher(keys)

    @cached_property
    def index(self) -> BlindIndex:
        return BlindIndex(decode_key(self.settings.secrets.index_key.get_secret_value()))

    @cached_property
    def database(self) -> Database:
        with self.flask.app_context():
            return Database.open(db.engine, self.cipher)

    @cached_property
    def redis(self) -> redis.Redis:
        return connect(self.settings.redis_url)

    @cached_property
    def jobs(self) -> Jobs:
        return Jobs(self._adapters.queue or redis_queue(self.settings.redis_url))

    @cached_property
    def audit_roots(self) -> RootsFile:
        return RootsFile(self.settings.home / "audit-roots.jsonl")

    # --- budgets and counts ---

    @cached_property
    def throttle(self) -> RedisThrottle:
        return RedisThrottle(self.redis, exempt_networks=self.settings.throttling.exempt_networks)

    @cached_property
    def tally(self) -> RedisTally:
        return RedisTally(self.redis)

    @cached_property
    def waiting_failures(self) -> RedisWaitingFailures:
        throttling = self.settings.throttling
        return RedisWaitingFailures(
            self.redis,
            throttle=self.throttle,
            per_network=Budget(
                "failures_per_network", throttling.failures_per_network, by_network=True
            ),
            per_relying_party=Budget(
                "failures_per_relying_party", throttling.failures_per_relying_party
            ),
        )

    # --- relying parties ---

    @cached_property
    def registry_version(self) -> RedisRegistryVersion:
        return RedisRegistryVersion(self.redis)

    @cached_property
    def registry(self) -> Registry:
        return Registry(self.database, self.registry_version)

    @cached_property
    def key_fetcher(self) -> Fetcher:
        """One for portals' keys; of a process's threads all fetchers leave some to others."""
        return self._fetcher(at_once=max(1, self.settings.server.threads // 2))

    @cached_property
    def request_fetcher(self) -> Fetcher:
        """
        One for what a `request_uri` names: anybody's browser can have it fetched, again and again.

        A slow host there must keep no portal's keys from being fetched.
        """
        return self._fetcher(at_once=max(1, self.settings.server.threads // 8))

    @cached_property
    def registration_fetcher(self) -> Fetcher:
        """One for those who are not registered yet: they must not use up the others' places."""
        return self._fetcher(at_once=max(1, self.settings.server.threads // 4))

    def _fetcher(self, *, at_once: int) -> Fetcher:
        return FetcherWhenAsked(partial(outside.https_fetcher, self.settings, at_once))

    @cached_property
    def client_keys(self) -> ClientKeySet:
        return ClientKeySet(self.key_fetcher, self.credential_uses, self.clock)

    @cached_property
    def credential_uses(self) -> NotedUses:
        return NotedUses(self.jobs, self.clock)

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

    # --- keys, codes and tokens ---

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
    def subjects(self) -> SubjectClaims:
        return SubjectClaims(self.subject_key)

    @cached_property
    def codes(self) -> RedisAuthorizationCodes:
        return RedisAuthorizationCodes(
            self.redis,
            lifetime=self.settings.tokens.code,
            token_lifetime=self.settings.tokens.access_token,
            refresh_lifetime=self.settings.tokens.refresh_maximum,
        )

    @cached_property
    def tokens(self) -> RedisAccessTokens:
        return RedisAccessTokens(
            self.redis,
            lifetime=self.settings.tokens.access_token,
            code_lifetime=self.settings.tokens.code,
            clock=self.clock,
        )

    @cached_property
    def refresh_policy(self) -> RefreshPolicy:
        tokens = self.settings.tokens
        return RefreshPolicy(
            idle=tokens.refresh_idle, maximum=tokens.refresh_maximum, grace=tokens.refresh_grace
        )

    @cached_property
    def rehearse(self) -> Rehearse:
        tokens = self.settings.tokens
        return Rehearse(
            relying_parties=self.registry,
            render=RehearsedAnswers(AuthorizationResponses(self.settings.server.issuer)),
            signer=self.signer,
            keys=RedisPublishedKeys(self.redis, self.clock),
            database=self.database,
            code_lasts=tokens.code,
            token_lasts=tokens.access_token,
            clock=self.clock,
        )

    # --- carriers, levels and counters ---

    @cached_property
    def carriers(self) -> CarrierRecords:
        records = self._adapters.carriers or outside.carriers(self.settings, self.clock)
        return ReservedNumbersRecords(records, self.clock)

    @cached_property
    def carrier_of(self) -> CarrierOf:
        return partial(hinted_carrier, prefixes=outside.prefixes(self.settings))

    @cached_property
    def count_question(self) -> CountQuestion:
        return CountQuestion(
            throttle=self.throttle,
            budgets=question_budgets(self.settings),
            database=self.database,
            clock=self.clock,
        )

    @cached_property
    def match_citizen(self) -> MatchCitizen:
        return MatchCitizen(
            carriers=self.carriers,
            lapses_after=self.settings.evidence.carrier_match_lapses_after,
        )

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
    def visit_codes(self) -> VisitCodes:
        key = decode_key(self.settings.secrets.otp_key.get_secret_value())
        return VisitCodes(key, self.index)

    # --- signing in ---

    @cached_property
    def interactions(self) -> RedisInteractions:
        return RedisInteractions(
            self.redis,
            lifetime=self.settings.interactions.lifetime,
            unattended=self.settings.interactions.unattended,
            throttle=self.throttle,
            budget=interactions_budget(self.settings),
        )

    @cached_property
    def hasher(self) -> PasswordHasher:
        passwords = self.settings.passwords
        return PasswordHasher(
            memory_kib=passwords.memory_kib,
            iterations=passwords.iterations,
            hashes_at_once=passwords.hashes_at_once,
            queue_deadline=passwords.queue_deadline,
        )

    @cached_property
    def challenges(self) -> RedisOtpChallenges:
        return RedisOtpChallenges(self.redis, self.throttle)

    @cached_property
    def code_generator(self) -> Codes:
        certification = self.settings.certification
        if certification.enabled and certification.otp is not None:
            return FixedCode(certification.otp)
        return CodeGenerator(decode_key(self.settings.secrets.otp_key.get_secret_value()))

    @cached_property
    def sessions(self) -> RedisSessions:
        sessions = self.settings.sessions
        return RedisSessions(
            self.redis, idle=sessions.idle, maximum=sessions.maximum, clock=self.clock
        )

    @cached_property
    def announce_logout(self) -> AnnounceLogout:
        return AnnounceLogout(
            relying_parties=self.registry,
            key=self.subject_key,
            wakes=self.jobs,
            clock=self.clock,
        )

    @cached_property
    def sign_in(self) -> SignIn:
        return SignIn(
            sessions=self.sessions,
            tokens=self.tokens,
            announce=self.announce_logout,
            database=self.database,
            clock=self.clock,
        )

    # --- messages ---

    @cached_property
    def sms(self) -> SmsSender:
        if self.settings.certification.enabled:
            return NoTextMessages()
        gateway = self._adapters.sms or outside.sms_gateway(self.settings)
        return ReservedNumbersSms(gateway, self.test_inbox, self.clock)

    @cached_property
    def test_inbox(self) -> RedisTestInbox:
        return RedisTestInbox(self.redis, self.cipher)

    @cached_property
    def mail(self) -> MailSender:
        if self.settings.certification.enabled:
            return NoMail()
        return self._adapters.mail or outside.mail_sender(self.settings, self.clock)

    @cached_property
    def mail_writer(self) -> Writer:
        brand = self.settings.brand
        return Writer(brand.name_vi, brand.name_en, brand.hotline)

    @cached_property
    def links(self) -> Links:
        # The key of one-time passwords, for links are such too; what is signed never looks alike.
        return Links(
            self.settings.server.issuer,
            decode_key(self.settings.secrets.otp_key.get_secret_value()),
        )

    @cached_property
    def notice_links(self) -> NoticeLinks:
        return NoticeLinks(
            database=self.database,
            links=self.links,
            lasts=self.settings.messaging.not_me_link_lasts,
            clock=self.clock,
        )

    @cached_property
    def ask_to_verify_email(self) -> AskToVerifyEmail:
        return AskToVerifyEmail(
            database=self.database,
            throttle=self.throttle,
            budget=Budget(
                "email_links_per_citizen", self.settings.throttling.email_links_per_citizen
            ),
            queue=self.jobs,
            links=self.links,
            lasts=self.settings.mail.link_lasts,
            clock=self.clock,
        )

    # --- what becomes of accounts ---

    @cached_property
    def follow_ups(self) -> FollowUps:
        return FollowUps(
            end_sessions=self.sign_in, notices=self.jobs, database=self.database, clock=self.clock
        )

    @cached_property
    def hold_account(self) -> HoldAccount:
        return HoldAccount(database=self.database, follow_ups=self.follow_ups, clock=self.clock)

    @cached_property
    def report_unrecognised(self) -> ReportUnrecognised:
        return ReportUnrecognised(
            database=self.database, follow_ups=self.follow_ups, clock=self.clock
        )

    @cached_property
    def end_disputed(self) -> EndDisputed:
        return EndDisputed(
            database=self.database,
            notices=self.jobs,
            claimants=self.jobs,
            clock=self.clock,
        )

    # --- operators ---

    @cached_property
    def operator_sessions(self) -> RedisOperatorSessions:
        console = self.settings.console
        return RedisOperatorSessions(
            self.redis, idle=console.idle, maximum=console.maximum, clock=self.clock
        )

    @cached_property
    def verify_operator(self) -> VerifyOperator:
        return VerifyOperator(
            database=self.database,
            hasher=self.hasher,
            throttle=self.throttle,
            budgets=operator_budgets(self.settings),
            clock=self.clock,
        )


def _report_unreadable_keys(error: KeyStoreUnreadable) -> None:
    """The last good ring goes on serving; somebody has to look all the same."""
    _log.error("signing_keys_unreadable", problem=str(error))
