"""
Whatever is sent to whichever endpoint: no failure of ours, no way to a stranger, and no token.

Requests begin right and are then bent, so that they come past the first check.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from itertools import count
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey
from werkzeug.test import TestResponse

from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.oidc.http import FORM, JSON
from idp.oidc.register import REGISTRATION_PATH
from tests.fakes.clock import FakeClock
from tests.fakes.protocol_house import ISSUER, ProtocolHouse, basic
from tests.fakes.registrations import BASIC, POST, VERIFIER, registration

SIGNER: Final = "signer"
KEY: Final = ECKey.generate_key("P-256", {"kid": "k"})
STRANGER: Final = ECKey.generate_key("P-256", {"kid": "k"})
PAGES: Final = (
    "/authorize",
    "/resume",
    "/continue",
    "/not-you",
    "/signed-in-as",
    "/select-account",
    "/logout",
    "/signed-out",
)
METHODS: Final = ("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH")
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

RIGHT: Final[dict[str, dict[str, str]]] = {
    "/authorize": {
        "response_type": "code",
        "client_id": SIGNER,
        "redirect_uri": f"https://{SIGNER}.example/callback",
        "scope": "openid profile",
        "state": "s",
        "code_challenge": "x" * 43,
        "code_challenge_method": "S256",
    },
    "/token": {
        "grant_type": "authorization_code",
        "code": "x" * 43,
        "redirect_uri": f"https://{BASIC}.example/callback",
        "code_verifier": VERIFIER,
        "client_id": BASIC,
    },
    "/introspect": {"token": "x" * 43, "token_type_hint": "access_token"},
    "/revoke": {"token": "x" * 43, "token_type_hint": "refresh_token"},
    "/logout": {
        "client_id": BASIC,
        "post_logout_redirect_uri": f"https://{BASIC}.example/bye",
        "state": "s",
    },
}
METADATA: Final[dict[str, object]] = {"redirect_uris": ["https://a.example/cb"]}
OTHER_NAMES: Final = (
    "response_mode",
    "nonce",
    "prompt",
    "max_age",
    "login_hint",
    "id_token_hint",
    "acr_values",
    "ui_locales",
    "claims",
    "display",
    "request",
    "request_uri",
    "registration",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "refresh_token",
    "access_token",
    "resource",
    "i",
    "l",
    "lang",
    "username",
    "password",
)
NAMES: Final = tuple(dict.fromkeys([n for r in RIGHT.values() for n in r])) + OTHER_NAMES


def jwt(claims: object, header: dict[str, Any], key: ECKey) -> str:
    content = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    registry = jws.JWSRegistry(algorithms=["ES256"], strict_check_header=False)
    return jws.serialize_compact({"alg": "ES256"} | header, content, key, registry=registry)


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
_CLAIM_NAMES = st.sampled_from(
    [*NAMES, "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "typ", "alg"]
)
_CLAIM_VALUES = _ANYTHING | st.sampled_from([ISSUER, SIGNER, BASIC, "openid", 4_000_000_000])
_KIDS = st.sampled_from(["k", '"', "'; --", "é", ""]) | st.none()
_TOKENS = st.builds(
    lambda claims, kid, key: jwt(claims, {} if kid is None else {"kid": kid}, key),
    st.dictionaries(_CLAIM_NAMES, _CLAIM_VALUES, max_size=9),
    _KIDS,
    st.sampled_from([KEY, STRANGER]),
)
_PLACES = st.dictionaries(
    st.sampled_from(["userinfo", "id_token", "x"]),
    st.dictionaries(st.sampled_from(["name", "sub", "acr", "x"]), _ANYTHING, max_size=3)
    | _ANYTHING,
    max_size=3,
)
_VALUES = st.one_of(
    st.sampled_from([*{value for right in RIGHT.values() for value in right.values()}]),
    st.sampled_from(
        [
            "",
            "code",
            "code token",
            "token",
            "form_post",
            "fragment",
            "none",
            "login",
            "create",
            "select_account",
            "consent login",
            "refresh_token",
            "client_credentials",
            "password",
            "urn:ietf:params:oauth:grant-type:device_code",
            ASSERTION_TYPE,
            "0",
            "-1",
            "9" * 30,
            "https://evil.example/callback",
            "//evil.example",
            "javascript:alert(1)",
            f"https://{SIGNER}.example/callback#x",
            f"https://{SIGNER}.example/callback@evil.example",
            f"https://{SIGNER}.example/request.jwt",
            "\x00",
            "\r\nSet-Cookie: a=b",
            '"',
            "\ud7ff\ue000",
            "x" * 3000,
            "eyJhbGciOiJub25lIn0.e30.",
        ]
    ),
    st.text(max_size=40),
    _TOKENS,
    _PLACES.map(json.dumps),
)
_PAIRS = st.lists(st.tuples(st.sampled_from(NAMES) | st.text(max_size=8), _VALUES), max_size=4)
_RAW = st.binary(max_size=120) | st.sampled_from([b"%", b"%zz=1", b"=&=", b"a=%FF", b"a=%C0%AF"])
_CREDENTIALS = st.sampled_from(
    [
        basic(BASIC, "wrong"),
        basic(POST, ""),
        "Basic /w==",
        "Basic",
        "Bearer x",
        "Bearer ",
        "bearer \xff",
        "DPoP x",
    ]
) | st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\x00"), max_size=40)
_METADATA = st.dictionaries(
    st.sampled_from(
        [
            "redirect_uris",
            "client_name",
            "jwks",
            "jwks_uri",
            "logo_uri",
            "scope",
            "grant_types",
            "contacts",
            "request_uris",
            "sector_identifier_uri",
            "token_endpoint_auth_method",
            "default_max_age",
            "default_acr_values",
            "initiate_login_uri",
        ]
    ),
    _ANYTHING | st.sampled_from([[1], ["https://a.example/cb"], {"keys": [{"kty": "EC"}]}]),
    max_size=6,
).map(lambda bent: json.dumps(METADATA | bent))


@dataclass(frozen=True)
class Sent:
    """One request; *signed_in*: by the browser of a citizen who agreed to everything."""

    method: str
    path: str
    query: bytes
    body: bytes
    content_type: str
    authorization: str | None
    signed_in: bool


def _bent(right: dict[str, str], changes: list[tuple[str, str]], twice: bool) -> bytes:  # noqa: FBT001
    pairs = list((right | dict(changes)).items()) + (changes if twice else [])
    return urlencode(pairs, errors="surrogatepass").encode()


def _requests(paths: tuple[str, ...]) -> st.SearchStrategy[Sent]:
    def of(path: str) -> st.SearchStrategy[Sent]:
        right = RIGHT.get(path, {})
        pairs = st.builds(_bent, st.just(right), _PAIRS, st.booleans())
        likely = "POST" if path not in {"/authorize", "/jwks"} else "GET"
        metadata = _METADATA.map(str.encode)
        encoded = metadata if path == REGISTRATION_PATH else pairs
        return st.builds(
            Sent,
            method=st.just(likely) | st.sampled_from(METHODS),
            path=st.just(path),
            query=pairs | _RAW,
            body=encoded | _RAW | metadata,
            content_type=st.just(JSON if path == REGISTRATION_PATH else FORM)
            | st.sampled_from([FORM, JSON, "text/plain", ""]),
            authorization=st.none() | _CREDENTIALS,
            signed_in=st.booleans(),
        )

    return st.sampled_from(paths).flatmap(of)


@dataclass
class Prober:
    """Sends requests, and looks at what comes of them."""

    house: ProtocolHouse
    places: frozenset[str] = field(init=False)
    numbers: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.stranger = self.house.browser().http
        self.citizen = self.house.signed_in(self.house.someone(BASIC, POST, SIGNER)).http
        self.places = frozenset(
            uri
            for party in (BASIC, POST, SIGNER)
            for name in ("redirect_uris", "post_logout_redirect_uris")
            for uri in registration(party)[name]
        )

    def send(self, sent: Sent) -> None:
        browser = self.citizen if sent.signed_in else self.stranger
        overrides = {"QUERY_STRING": sent.query.decode("latin-1"), "REMOTE_ADDR": self.network()}
        if sent.authorization is not None:
            overrides["HTTP_AUTHORIZATION"] = sent.authorization
        answer = browser.open(
            sent.path,
            method=sent.method,
            data=sent.body,
            content_type=sent.content_type,
            environ_overrides=overrides,
        )
        self.judge(sent, answer)

    def network(self) -> str:
        """One that sent nothing yet: else the budgets answer, and nothing behind them."""
        number = next(self.numbers)
        return f"{number // 65_536 % 100 + 100}.{number // 256 % 256}.{number % 256}.1"

    def judge(self, sent: Sent, answer: TestResponse) -> None:
        assert answer.status_code < 500
        for address in _addresses(answer):
            assert address.isascii()
            if urlsplit(address).netloc:
                registered = {p for p in self.places if address == p or address.startswith(p)}
                assert any(address[len(p) : len(p) + 1] in {"", "?", "&"} for p in registered)
                if not sent.signed_in:
                    assert "code=" not in urlsplit(address).query.split("&state=")[0]
        assert "a=b" not in answer.headers.getlist("Set-Cookie")
        if answer.data and answer.is_json and isinstance(answer.json, dict):
            assert not answer.json.keys() & {"access_token", "id_token", "refresh_token"}
            assert answer.json.get("active") is not True


def _addresses(answer: TestResponse) -> list[str]:
    """Where a browser goes from here, or is led to by the page's form."""
    found = [answer.headers.get("Location", "")]
    found.append(answer.headers.get("Refresh", "").partition("url=")[2])
    if answer.mimetype == "text/html":
        found += map(unescape, re.findall(r'<form[^>]* action="([^"]*)"', answer.text))
    return [address for address in found if address]


@pytest.fixture
def prober(
    sqlite_database: Database,
    redis_client: redis.Redis,
    redis_url: str,
    clock: FakeClock,
    index: BlindIndex,
) -> Prober:
    parties = (
        registration(BASIC),
        registration(POST, token_endpoint_auth_method="client_secret_post"),
        registration(
            SIGNER,
            jwks={"keys": [KEY.as_dict(private=False)]},
            request_object_signing_alg="ES256",
            request_uris=[f"https://{SIGNER}.example/request.jwt"],
            require_pkce=False,
        ),
    )
    house = ProtocolHouse(
        sqlite_database,
        redis_client,
        redis_url,
        clock,
        index,
        registrations=parties,
        open_registration=True,
    )
    return Prober(house)


def _examples(most: int, *, derandomize: bool) -> Any:
    return settings(
        max_examples=most,
        deadline=None,
        derandomize=derandomize,
        suppress_health_check=list(HealthCheck),
    )


def every_path(prober: Prober) -> tuple[str, ...]:
    """All that the protocol face answers, and the pages that browsers are sent to."""
    return (*PAGES, *prober.house.app.wsgi_app._routes)


@pytest.mark.parametrize(
    "examples",
    [
        pytest.param(_examples(250, derandomize=True), id="250"),
        pytest.param(_examples(20_000, derandomize=False), id="20000", marks=pytest.mark.nightly),
    ],
)
def test_nothing_that_is_sent_breaks_us_or_gets_anything(prober: Prober, examples: Any) -> None:
    @examples
    @given(sent=_requests(every_path(prober)))
    def each(sent: Sent) -> None:
        prober.send(sent)

    each()


def test_the_fuzz_reaches_what_it_is_about(prober: Prober) -> None:
    """Right requests come through, so that bending them says something."""
    wanted = urlencode(RIGHT["/authorize"])

    answer = prober.citizen.get(f"/authorize?{wanted}")
    token = prober.stranger.post("/token", data=RIGHT["/token"], headers={"Authorization": "x"})
    leaving = prober.citizen.get("/logout?" + urlencode(RIGHT["/logout"], quote_via=quote))

    registered = prober.stranger.post(REGISTRATION_PATH, json=METADATA)

    assert "code=" in answer.location
    assert registered.status_code == 201
    assert token.status_code in {400, 401}
    assert leaving.status_code in {200, 303}
