"""The protocol's side of the provider on a real Redis and database; people sign in at will."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import redis
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import KeySet
from sqlalchemy import select
from werkzeug.test import TestResponse

from idp.adapters.redis.grants import RedisAccessTokens, RedisAuthorizationCodes
from idp.adapters.redis.registry_version import RedisRegistryVersion
from idp.adapters.redis.sessions import RedisSessions
from idp.adapters.redis.shown_pages import RedisShownPages
from idp.adapters.redis.spent_identifiers import RedisSpentIdentifiers
from idp.adapters.redis.stored_logouts import RedisFarewells, RedisStoredLogouts
from idp.adapters.redis.throttle import RedisThrottle
from idp.audit.model import AuditEvent
from idp.authenticators.device_cookie import DeviceCookie
from idp.backchannel.announce import AnnounceLogout
from idp.citizens import store as citizens
from idp.citizens.model import (
    Citizen,
    CitizenId,
    CitizenIdentityNumber,
    CitizenStatus,
    Evidence,
    EvidenceKind,
    PasswordCredential,
    Phone,
)
from idp.citizens.rules import VerificationLevel
from idp.consents.store import give
from idp.core.environment import Environment
from idp.core.handles import Handle, new_handle
from idp.core.identity_number import IdentityNumber
from idp.core.mac import Mac
from idp.core.reason import Reason
from idp.db.database import Database
from idp.db.encryption import BlindIndex, PersonalDataCipher
from idp.failures.note_failure import NoteFailure
from idp.grants.model import Grant
from idp.grants.refresh_families import RefreshFamilies, RefreshPolicy
from idp.interactions.flow import Flow
from idp.interactions.sign_in import SignIn
from idp.interactions.views import interaction_routes
from idp.interactions.visits import Visits
from idp.logout.sign_out import SignOut
from idp.logout.views import logout_routes
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
from idp.relying_parties.initial_tokens import InitialTokens
from idp.relying_parties.logos import Logos
from idp.relying_parties.model import ClientId
from idp.relying_parties.register import Register
from idp.relying_parties.register_dynamically import RegisterDynamically
from idp.relying_parties.registration import parse_registration
from idp.relying_parties.registry import Registry
from idp.relying_parties.rotate_secret import RotateSecret
from idp.relying_parties.secrets import SecretHasher
from idp.relying_parties.switch import Switch
from idp.relying_parties.views import logo_routes
from idp.sessions.cookie import SessionCookie
from idp.sessions.model import Authentication, Session, SessionId
from idp.sessions.rules import sid
from idp.signing.material import SigningAlgorithm
from idp.signing.model import KeyRing, RotationPolicy
from idp.signing.rules import add_first
from idp.signing.signer import Signer
from idp.throttling.ports import Budget
from idp.web.browser import BrowserCookie
from idp.web.pages import Brand, Pages
from tests.fakes.clock import FakeClock
from tests.fakes.credential_uses import UsesInMemory
from tests.fakes.failures import FailuresInMemory
from tests.fakes.fetcher import FetcherInMemory
from tests.fakes.following_client import FollowingClient
from tests.fakes.interactions import PLENTY, redis_interactions
from tests.fakes.key_store import KeysInMemory
from tests.fakes.logouts import WakesInMemory
from tests.fakes.no_rehearsals import NoRehearsals
from tests.fakes.registrations import BASIC, CHALLENGE, POST, VERIFIER, registration
from tests.fakes.signing_keys import named_material
from tests.fakes.tally import TallyInMemory

ISSUER = "http://localhost:8400"
KEY = b"0123456789abcdef0123456789abcdef"
REFRESH_POLICY = RefreshPolicy(
    idle=timedelta(days=30), maximum=timedelta(days=180), grace=timedelta(seconds=30)
)
METHODS = ("pwd", "otp", "sms", "mfa")

_LEVELS = (
    VerificationLevel(1, frozenset({"self_declared"}), "", ""),
    VerificationLevel(2, frozenset({"carrier_match"}), "", ""),
    VerificationLevel(3, frozenset({"counter_visit"}), "", ""),
)
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Rate:
    count: int
    period: timedelta


@dataclass
class Browser:
    """One browser at the provider."""

    http: FlaskClient

    def get(self, url: str, **options: Any) -> TestResponse:
        return self.http.get(url, **options)

    def cookie(self, name: str) -> str | None:
        found = self.http.get_cookie(name)
        return None if found is None else found.value


@dataclass
class ProtocolHouse:
    """The endpoints, and short cuts to what steps of a sign-in would have done."""

    database: Database
    redis: redis.Redis
    redis_url: str
    clock: FakeClock
    index: BlindIndex
    registrations: tuple[dict[str, Any], ...] = (
        registration(BASIC),
        registration(POST, token_endpoint_auth_method="client_secret_post"),
    )
    secrets: dict[str, str] = field(default_factory=dict)
    fetcher: FetcherInMemory = field(default_factory=FetcherInMemory)
    failures: FailuresInMemory = field(default_factory=FailuresInMemory)
    tally: TallyInMemory = field(default_factory=TallyInMemory)
    uses: UsesInMemory = field(default_factory=UsesInMemory)
    open_registration: bool = False
    deployment: Environment = Environment.SANDBOX
    begun: Budget = PLENTY
    """What a network may have kept: interactions, and requests to sign out."""

    def __post_init__(self) -> None:
        clock, database = self.clock, self.database
        self.version = RedisRegistryVersion(self.redis)
        hasher = SecretHasher(KEY)
        tools = {
            "database": database,
            "version": self.version,
            "hasher": hasher,
            "clock": clock,
        }
        logos = Logos(fetcher=self.fetcher, database=database, version=self.version)
        self.register = Register(logos=logos, **tools)
        self.rotate_secret = RotateSecret(lasts=timedelta(days=360), **tools)
        self.switch = Switch(database=database, version=self.version, clock=clock)
        self.secrets.update(
            self.register.apply([parse_registration(r) for r in self.registrations])
        )
        self.registry = Registry(database, self.version)

        self.key_store = KeysInMemory()
        for algorithm in SigningAlgorithm:
            self.key_store.update(partial(_with_first_key, algorithm, clock))
        signer = Signer(
            self.key_store,
            clock,
            RotationPolicy(publish_after_retirement=timedelta(days=2)),
            on_unreadable=print,
        )
        self.codes = RedisAuthorizationCodes(
            self.redis,
            lifetime=timedelta(minutes=1),
            token_lifetime=timedelta(minutes=5),
            refresh_lifetime=REFRESH_POLICY.maximum,
        )
        self.tokens = RedisAccessTokens(
            self.redis,
            lifetime=timedelta(minutes=5),
            code_lifetime=timedelta(minutes=1),
            clock=clock,
        )
        self.sessions = RedisSessions(
            self.redis, idle=timedelta(minutes=30), maximum=timedelta(hours=12), clock=clock
        )
        self.interactions = redis_interactions(self.redis, budget=self.begun)
        responses = AuthorizationResponses(ISSUER)
        subjects = SubjectClaims(KEY)
        responder = OidcResponder(
            responses=responses,
            relying_parties=self.registry,
            codes=self.codes,
            tally=self.tally,
            subjects=subjects,
            database=database,
            levels=_LEVELS,
            clock=clock,
        )
        flow = Flow(
            interactions=self.interactions,
            responder=responder,
            relying_parties=self.registry,
            database=database,
            levels=_LEVELS,
            deployment=self.deployment,
            clock=clock,
        )
        browser = BrowserCookie(secure=False)
        throttle = RedisThrottle(self.redis, exempt_networks=())
        shown = RedisShownPages(
            self.redis, PersonalDataCipher([("k1", KEY)]), throttle=throttle, budget=PLENTY
        )
        self.wakes = WakesInMemory()
        announce = AnnounceLogout(
            relying_parties=self.registry, key=KEY, wakes=self.wakes, clock=clock
        )
        sign_in = SignIn(
            sessions=self.sessions,
            tokens=self.tokens,
            announce=announce,
            database=database,
            clock=clock,
        )
        self.ending = sign_in
        self.end_all_of = sign_in.end_all_of
        visits = Visits(
            interactions=self.interactions,
            relying_parties=self.registry,
            flow=flow,
            sign_in=sign_in,
            browser=browser,
            session_cookie=SessionCookie(secure=False),
            device_cookie=DeviceCookie(
                secure=False,
                known_for=timedelta(days=180),
                remembered_for=timedelta(days=30),
                clock=self.clock,
            ),
            shown=shown,
            clock=clock,
        )
        pages = Pages(brand=Brand(), issuer=ISSUER, csrf_key=KEY, cookies=browser, shown=shown)
        farewells = RedisFarewells(self.redis, throttle=throttle, budget=self.begun)
        rehearsals = NoRehearsals()
        self.app = Flask("idp", static_folder=None)
        self.app.test_client_class = FollowingClient
        self.app.config["MAX_CONTENT_LENGTH"] = 65536
        pages.init_app(self.app)
        for blueprint in (
            authorization_routes(
                requests=AuthorizationRequests(
                    relying_parties=self.registry,
                    responses=responses,
                    signed=SignedRequests(
                        issuer=ISSUER,
                        keys=ClientKeySet(self.fetcher, self.uses, clock),
                        fetcher=self.fetcher,
                        clock=clock,
                    ),
                    hints=IdTokenHints(issuer=ISSUER, signer=signer),
                    index=self.index,
                ),
                rehearsed=rehearsals.answer,
                registry=self.registry,
                interactions=self.interactions,
                flow=flow,
                visits=visits,
                browser=browser,
                pages=pages,
                max_body=65536,
                clock=clock,
            ),
            interaction_routes(
                pages=pages,
                visits=visits,
                flow=flow,
                rehearsed=rehearsals.answer,
                database=database,
                clock=clock,
            ),
            logout_routes(
                pages=pages,
                visits=visits,
                requests=EndSessionRequests(
                    issuer=ISSUER, signer=signer, relying_parties=self.registry
                ),
                stored=RedisStoredLogouts(self.redis, throttle=throttle, budget=self.begun),
                farewells=farewells,
                sign_out=SignOut(
                    visits=visits,
                    farewells=farewells,
                    relying_parties=self.registry,
                    name_of_session=partial(sid, Mac(KEY)),
                    issuer=ISSUER,
                    clock=clock,
                ),
                relying_parties=self.registry,
                database=database,
                name_of_session=partial(sid, Mac(KEY)),
                clock=clock,
            ),
        ):
            self.app.register_blueprint(blueprint)
        spent = RedisSpentIdentifiers(self.redis, clock)
        clients = ClientAuthenticator(
            uses=self.uses,
            relying_parties=self.registry,
            hasher=hasher,
            assertions=ClientAssertions(
                keys=ClientKeySet(self.fetcher, self.uses, clock),
                spent=spent,
                relying_parties=self.registry,
                audiences=frozenset({ISSUER, f"{ISSUER}/token"}),
                clock=clock,
            ),
            throttle=RedisThrottle(self.redis, exempt_networks=()),
            failures=Budget("client_authentication", (Rate(3, timedelta(minutes=1)),)),
            database=database,
            clock=clock,
        )
        token_responses = TokenResponses(
            tokens=self.tokens,
            id_tokens=IdTokens(
                issuer=ISSUER,
                signer=signer,
                subjects=subjects,
                lifetime=timedelta(minutes=5),
                clock=clock,
            ),
            access_token_lifetime=timedelta(minutes=5),
            clock=clock,
        )
        families = RefreshFamilies(KEY, REFRESH_POLICY)
        token = TokenEndpoint(
            clients=clients,
            redemption=CodeRedemption(
                codes=self.codes,
                tokens=self.tokens,
                families=families,
                responses=token_responses,
                rehearsals=rehearsals,
                relying_parties=self.registry,
                database=database,
                clock=clock,
            ),
            refreshing=Refreshing(
                families=families,
                tokens=self.tokens,
                responses=token_responses,
                database=database,
                levels=_LEVELS,
                deployment=self.deployment,
                clock=clock,
            ),
            own_tokens=OwnTokens(
                issuer=ISSUER, signer=signer, lifetime=timedelta(minutes=5), clock=clock
            ),
        )
        own_token_reader = OwnTokenReader(signer=signer, spent=spent, relying_parties=self.registry)
        userinfo = UserinfoEndpoint(
            issuer=ISSUER,
            tokens=self.tokens,
            subjects=subjects,
            signer=signer,
            rehearsals=rehearsals,
            relying_parties=self.registry,
            database=database,
        )
        introspection = IntrospectionEndpoint(
            issuer=ISSUER,
            clients=clients,
            tokens=self.tokens,
            families=families,
            own_tokens=own_token_reader,
            subjects=subjects,
            relying_parties=self.registry,
            database=database,
            clock=clock,
        )
        revocation = RevocationEndpoint(
            clients=clients,
            tokens=self.tokens,
            families=families,
            own_tokens=own_token_reader,
            relying_parties=self.registry,
            database=database,
            clock=clock,
        )
        self.app.wsgi_app = ProtocolFace(  # type: ignore[method-assign]
            self.app.wsgi_app,
            protocol_routes(
                discovery=Discovery(ISSUER),
                jwks=JwksEndpoint(signer, rehearsals),
                token=token,
                userinfo=userinfo,
                introspection=introspection,
                revocation=revocation,
                registration=self._registration(hasher),
                readiness=Readiness({"redis": self.redis.ping, "database": database.ping}),
            ),
            max_body=65536,
            note_failure=NoteFailure(
                waiting=self.failures,
                relying_parties=self.registry,
                outages=(redis.RedisError,),
                clock=clock,
            ),
            outages=(redis.RedisError,),
        )
        self.api = self.app.test_client(use_cookies=False)

    def _registration(self, hasher: SecretHasher) -> RegistrationEndpoint:
        logos = Logos(fetcher=self.fetcher, database=self.database, version=self.version)
        self.app.register_blueprint(logo_routes(logos))
        self.initial_tokens = InitialTokens(database=self.database, clock=self.clock)
        return RegistrationEndpoint(
            issuer=ISSUER,
            registrations=RegisterDynamically(
                is_open=self.open_registration,
                database=self.database,
                version=self.version,
                hasher=hasher,
                fetcher=self.fetcher,
                logos=logos,
                clock=self.clock,
            ),
            throttle=RedisThrottle(self.redis, exempt_networks=()),
            budget=Budget("registrations", (Rate(30, timedelta(minutes=1)),), by_network=True),
        )

    # --- people

    def disable(self, client_id: ClientId) -> None:
        self.switch.off(client_id, by="lan", reason=Reason("it leaked"))

    def enable(self, client_id: ClientId) -> None:
        self.switch.on(client_id, by="lan", reason=Reason("it is mended"))

    def citizen(
        self,
        number: str = "052085000001",
        *,
        evidence: EvidenceKind = EvidenceKind.CARRIER_MATCH,
        consents: Mapping[str, tuple[str, ...]] | None = None,
        old_number: str | None = "215000001",
    ) -> CitizenId:
        """Somebody with an account; *consents* are claims by client_id."""
        now = self.clock.now()
        citizen_id = CitizenId(f"citizen-{number}")
        numbers = [number, old_number] if old_number else [number]
        new = Citizen(
            id=citizen_id,
            status=CitizenStatus.ACTIVE,
            name_text="Nguyễn Thị Bưởi",
            birth_date_text="1985-03-27",
            email="buoi@example.vn",
            created_at=now,
            updated_at=now,
            identity_numbers=[
                CitizenIdentityNumber(
                    kind=IdentityNumber(each).kind, value=each, active=True, created_at=now
                )
                for each in numbers
            ],
            phones=[
                Phone(number=f"+8491{number[-7:]}", active=True, is_default=True, verified_at=now)
            ],
            evidence=[
                Evidence(
                    kind=evidence,
                    verifier="viettel",
                    reference="x",
                    attributes=[],
                    spelling=None,
                    verified_at=now,
                )
            ],
            credential=PasswordCredential(hash="-", changed_at=now),
        )
        with self.database.transaction() as transaction:
            citizens.add(transaction, new, self.index)
            for client_id, claims in (consents or {}).items():
                give(
                    transaction,
                    citizen_id=citizen_id,
                    client_id=ClientId(client_id),
                    claims=claims,
                    text_hash="-",
                    at=now,
                )
        return citizen_id

    def browser(self) -> Browser:
        return Browser(self.app.test_client())

    def signed_in(self, citizen_id: CitizenId, methods: tuple[str, ...] = METHODS) -> Browser:
        """A browser with a session of that citizen, begun a second ago by those methods."""
        browser = self.browser()
        self.sign_in(browser, citizen_id, methods)
        self.clock.advance(timedelta(seconds=1))
        return browser

    def sign_in(
        self, browser: Browser, citizen_id: CitizenId, methods: tuple[str, ...] = METHODS
    ) -> Handle:
        """Put a session that begins now into a browser."""
        now = self.clock.now()
        session = Session(SessionId(new_handle()), Authentication(citizen_id, now, methods), now)
        handle = self.sessions.begin(session)
        browser.http.set_cookie("idp_session", handle)
        return handle

    def someone(self, *client_ids: str) -> CitizenId:
        """Somebody who agreed to everything at those relying parties."""
        everything = (
            "name",
            "birthdate",
            "phone_number",
            "phone_number_verified",
            "email",
            "identity_number",
            "old_identity_number",
            "verification_level",
        )
        return self.citizen(consents=dict.fromkeys(client_ids or (BASIC, POST), everything))

    # --- requests

    def parameters(self, client_id: str = BASIC, **changes: str | None) -> dict[str, str]:
        """An authorization request that is right."""
        sent = {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": f"https://{client_id}.example/callback",
            "scope": "openid profile phone identity_number",
            "state": "the-state",
            "nonce": "the-nonce",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        } | changes
        return {name: value for name, value in sent.items() if value is not None}

    def authorize(
        self, browser: Browser, client_id: str = BASIC, **changes: str | None
    ) -> TestResponse:
        return browser.get(f"/authorize?{urlencode(self.parameters(client_id, **changes))}")

    def code(self, browser: Browser, client_id: str = BASIC, **changes: str | None) -> str:
        """A code by silent sign-in."""
        answer = answer_of(self.authorize(browser, client_id, **changes))
        assert "code" in answer, answer
        return answer["code"]

    def redeem(
        self,
        code: str,
        client_id: str = BASIC,
        *,
        secret: str | None = None,
        headers: Mapping[str, str] | None = None,
        **changes: str | None,
    ) -> TestResponse:
        """POST /token as the registered method wants it."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": f"https://{client_id}.example/callback",
            "code_verifier": VERIFIER,
        }
        sent = dict(headers or {})
        secret = secret or self.secrets[client_id]
        if client_id == POST:
            form |= {"client_id": client_id, "client_secret": secret}
        elif "Authorization" not in sent:
            sent["Authorization"] = basic(client_id, secret)
        fields = {name: value for name, value in (form | changes).items() if value is not None}
        return self.post_form("/token", urlencode(fields), headers=sent)

    def post_form(
        self, path: str, body: str | bytes, headers: Mapping[str, str] | None = None
    ) -> TestResponse:
        return self.api.post(path, data=body, content_type=_FORM, headers=headers)

    def tokens_for(
        self, browser: Browser, client_id: str = BASIC, **changes: str | None
    ) -> dict[str, Any]:
        """The token response of a silent sign-in."""
        answer = self.redeem(self.code(browser, client_id, **changes), client_id)
        assert answer.status_code == 200, answer.text
        return dict(answer.json or {})

    def userinfo(self, access_token: str) -> TestResponse:
        return self.api.get("/userinfo", headers={"Authorization": f"Bearer {access_token}"})

    def claims(self, id_token: str) -> dict[str, Any]:
        """The claims of an ID token, its signature verified with the published keys."""
        keys = KeySet.import_key_set(json.loads(self.api.get("/jwks").data))
        return dict(jwt.decode(id_token, keys, algorithms=["ES256", "RS256"]).claims)

    # --- what was kept

    def events(self) -> list[str]:
        with self.database.reading() as reading:
            return list(reading.execute(select(AuditEvent.kind).order_by(AuditEvent.id)).scalars())

    def grants(self) -> list[Grant]:
        with self.database.reading() as reading:
            return list(reading.execute(select(Grant).order_by(Grant.issued_at)).scalars())


def _with_first_key(algorithm: SigningAlgorithm, clock: FakeClock, ring: KeyRing) -> KeyRing:
    return add_first(ring, named_material(f"key-{algorithm}", algorithm), now=clock.now())


def basic(client_id: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()


def answer_of(response: TestResponse) -> dict[str, str]:
    """The parameters of a redirect, each once."""
    assert response.status_code == 303, response.text
    pairs = parse_qsl(urlsplit(response.location).query, keep_blank_values=True)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)
