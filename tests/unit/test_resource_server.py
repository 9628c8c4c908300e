"""The kit's resource server: what an access token opens, and what a refusal asks for."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, Key, OctKey

from clients.kit.errors import AnswerRefused
from clients.kit.provider import Client, Provider
from clients.kit.resource_server import (
    ASK_AGAIN_AFTER,
    KEYS_KEPT_FOR,
    LEEWAY,
    AccessRefused,
    Demand,
    ResourceServer,
    SignedTokens,
)
from tests.fakes.openid_provider import SetClock

ISSUER, AUDIENCE = "https://id.example", "https://api.example/records"
KEY = ECKey.generate_key("P-256", {"kid": "one"})
OTHER = ECKey.generate_key("P-256", {"kid": "one"})
SECOND = timedelta(seconds=1)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


def now(clock: SetClock) -> int:
    return int(clock().timestamp())


def server(clock: SetClock, claims: Mapping[str, object] | None) -> ResourceServer:
    held = None if claims is None else {"client_id": "portal", "sub": "somebody", **claims}
    return ResourceServer(realm="records", read=lambda token: held, clock=clock)


def refusal(server: ResourceServer, demand: Demand, header: str | None = "Bearer x") -> str:
    with pytest.raises(AccessRefused) as refused:
        server.check(header, demand)
    return f"{refused.value.status} {refused.value.challenge}"


@pytest.mark.parametrize("header", ["Bearer x", "bearer x", "BEARER   x "])
def test_a_good_token_opens(clock: SetClock, header: str) -> None:
    access = server(clock, {}).check(header, Demand())

    assert (access.client_id, access.subject) == ("portal", "somebody")


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic x", "x"])
def test_no_token_gets_a_bare_challenge(clock: SetClock, header: str | None) -> None:
    assert refusal(server(clock, {}), Demand(), header) == '401 Bearer realm="records"'


@pytest.mark.parametrize("header", ["Bearer unknown", "Bearer é", "Bearer " + "x" * 9000])
def test_a_token_that_is_not_good(clock: SetClock, header: str) -> None:
    said = refusal(server(clock, None), Demand(), header)

    assert said == '401 Bearer realm="records", error="invalid_token"'


@pytest.mark.parametrize("claims", [{"sub": None}, {"client_id": 7}])
def test_a_token_that_names_nobody(clock: SetClock, claims: dict[str, object]) -> None:
    assert "invalid_token" in refusal(server(clock, claims), Demand())


def test_the_scope_must_be_there(clock: SetClock) -> None:
    reading = Demand(scope="records.read")

    assert server(clock, {"scope": "openid records.read"}).check("Bearer x", reading)
    for scope in ("", "records.reader", "openid"):
        said = refusal(server(clock, {"scope": scope}), reading)
        assert said.startswith("403 ")
        assert 'error="insufficient_scope", scope="records.read"' in said


@pytest.mark.parametrize(
    ("acr", "opens"),
    [("LoA3", True), ("LoA4", True), ("LoA2", False), ("LoA9", False), (None, False), (3, False)],
)
def test_the_class_of_the_sign_in(clock: SetClock, acr: object, *, opens: bool) -> None:
    guarded, demand = server(clock, {"acr": acr}), Demand(minimum_acr="LoA3")
    if opens:
        assert guarded.check("Bearer x", demand)
        return
    said = refusal(guarded, demand)

    assert said == (
        '401 Bearer realm="records", error="insufficient_user_authentication", '
        'acr_values="LoA3 LoA4"'
    )


def test_how_long_ago_it_was(clock: SetClock) -> None:
    demand = Demand(max_age=timedelta(minutes=5))
    guarded = server(clock, {"auth_time": now(clock)})
    clock.pass_by(timedelta(minutes=5) + LEEWAY)
    assert guarded.check("Bearer x", demand)
    clock.pass_by(SECOND)

    said = refusal(guarded, demand)

    assert 'error="insufficient_user_authentication", max_age="300"' in said


@pytest.mark.parametrize("auth_time", [None, "now", True, 1e300])
def test_without_a_time_no_age_is_young_enough(clock: SetClock, auth_time: object) -> None:
    guarded = server(clock, {"auth_time": auth_time})

    assert "max_age" in refusal(guarded, Demand(max_age=timedelta(days=9999)))


def test_all_that_is_missing_is_asked_for_at_once(clock: SetClock) -> None:
    said = refusal(server(clock, {}), Demand(minimum_acr="LoA2", max_age=timedelta(0)))

    assert said.endswith('acr_values="LoA2 LoA3 LoA4", max_age="0"')


# --- asking the provider --------------------------------------------------------------------------


def provider(clock: SetClock, told: object, authentication: str) -> tuple[Provider, list[str]]:
    """A provider that tells *told* of every token, and what it was sent."""
    sent: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/introspect":
            sent.append(request.content.decode())
            return httpx.Response(200, json=told)
        names = ("authorization", "token", "userinfo", "introspection")
        document = {f"{name}_endpoint": f"{ISSUER}/{name}" for name in names}
        document["introspection_endpoint"] = f"{ISSUER}/introspect"
        return httpx.Response(200, json={**document, "issuer": ISSUER, "jwks_uri": f"{ISSUER}/k"})

    client = Client("portal", authentication, "the-secret")
    return Provider(ISSUER, client, clock, transport=httpx.MockTransport(answer)), sent


@pytest.mark.parametrize(
    ("told", "good"),
    [({"active": True, "sub": "x"}, True), ({"active": False}, False), ({"active": "true"}, False)],
)
@pytest.mark.parametrize("authentication", ["client_secret_basic", "client_secret_post"])
def test_the_provider_says_whether_a_token_is_active(
    clock: SetClock, told: dict[str, object], authentication: str, *, good: bool
) -> None:
    asked, sent = provider(clock, told, authentication)

    assert asked.introspect("the-token") == (told if good else None)
    assert "token=the-token" in sent[0]
    assert ("the-secret" in sent[0]) is (authentication == "client_secret_post")
    asked.close()


# --- signed tokens --------------------------------------------------------------------------------


class Keys:
    """The provider's keys, and how often they were asked for."""

    def __init__(self) -> None:
        self.held: dict[str, Key] = {"one": KEY}
        self.asked: list[str] = []

    def named(self, kid: str) -> Key:
        self.asked.append(kid)
        if kid not in self.held:
            raise AnswerRefused("id_token.kid")
        return self.held[kid]


@pytest.fixture
def keys() -> Keys:
    return Keys()


@pytest.fixture
def read(keys: Keys, clock: SetClock) -> SignedTokens:
    return SignedTokens(issuer=ISSUER, audience=AUDIENCE, key_named=keys.named, clock=clock)


def token(
    clock: SetClock,
    *,
    key: Key = KEY,
    header: Mapping[str, Any] | None = None,
    **changes: object,
) -> str:
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "portal", "client_id": "portal"}
    return jwt.encode(
        {"alg": "ES256", "kid": "one", "typ": "at+jwt", **(header or {})},
        {**claims, "exp": now(clock) + 300, **changes},
        key,
        algorithms=["ES256", "HS256"],
    )


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt"])
@pytest.mark.parametrize("audience", [AUDIENCE, ["https://other.example", AUDIENCE]])
def test_a_signed_token_is_read(
    read: SignedTokens, clock: SetClock, typ: str, audience: object
) -> None:
    claims = read(token(clock, header={"typ": typ}, aud=audience))

    assert claims is not None
    assert claims["client_id"] == "portal"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://other.example"},
        {"iss": None},
        {"aud": "https://other.example"},
        {"aud": []},
        {"aud": None},
        {"exp": None},
        {"exp": "soon"},
        {"exp": 1},
        {"header": {"typ": "JWT"}},  # an ID token
        {"header": {"typ": "logout+jwt"}},
        {"header": {"kid": "unknown"}},
        {"key": OTHER},
    ],
)
def test_what_is_not_read(read: SignedTokens, clock: SetClock, changes: dict[str, Any]) -> None:
    assert read(token(clock, **changes)) is None


@pytest.mark.parametrize("value", ["", "x", "a.b.c", "..", "e30.e30.", "eyJhbGciOiJub25lIn0.e30."])
def test_what_is_no_token_is_not_read(read: SignedTokens, value: str) -> None:
    assert read(value) is None


def test_no_shared_secret_passes_for_a_key(read: SignedTokens, clock: SetClock) -> None:
    secret = OctKey.import_key("0123456789abcdef0123456789abcdef", {"kid": "one"})

    assert read(token(clock, key=secret, header={"alg": "HS256"})) is None


def test_an_end_is_an_end(read: SignedTokens, clock: SetClock) -> None:
    value = token(clock)
    clock.pass_by(timedelta(seconds=300) + LEEWAY)

    assert read(value) is None


def test_the_provider_is_asked_once_for_a_key(
    read: SignedTokens, clock: SetClock, keys: Keys
) -> None:
    for _ in range(3):
        assert read(token(clock))
    assert keys.asked == ["one"]
    clock.pass_by(KEYS_KEPT_FOR)

    keys.held = {}  # taken back meanwhile

    assert read(token(clock)) is None


def test_strangers_cannot_make_us_flood_the_provider(
    read: SignedTokens, clock: SetClock, keys: Keys
) -> None:
    for number in range(50):
        assert read(token(clock, header={"kid": f"made-up-{number}"})) is None
    assert len(keys.asked) == 1
    clock.pass_by(ASK_AGAIN_AFTER)

    assert read(token(clock)) is not None
