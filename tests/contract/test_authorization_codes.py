"""One contract for every store of authorization codes."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
import redis

from idp.adapters.redis.grants import RedisAccessTokens, RedisAuthorizationCodes
from idp.adapters.redis.registry_version import RedisRegistryVersion
from idp.core.handles import new_handle
from idp.grants.model import (
    AccessToken,
    AuthorizationCode,
    FreshToken,
    GrantId,
    Redeemed,
    Replayed,
    Unknown,
)
from idp.grants.ports import AccessTokens, AuthorizationCodes
from idp.relying_parties.model import ClientId
from tests.fakes.clock import FakeClock
from tests.fakes.grants import AccessTokensInMemory, AuthorizationCodesInMemory
from tests.fakes.people import BINH_DINH, DAK_LAK, authorization_of

LIFETIME, TOKEN_LIFETIME = timedelta(seconds=60), timedelta(minutes=5)
REFRESH_LIFETIME = timedelta(days=180)
LIFETIMES = {
    "lifetime": LIFETIME,
    "token_lifetime": TOKEN_LIFETIME,
    "refresh_lifetime": REFRESH_LIFETIME,
}
CODE = AuthorizationCode(
    authorization=authorization_of("grant-1"),
    redirect_uri="https://binh-dinh.example/callback?x=1",
    nonce="số",
    code_challenge=None,
)
PassTime = Callable[[timedelta], None]


@pytest.fixture(params=["memory", "redis"])
def codes(
    request: pytest.FixtureRequest, redis_client: redis.Redis, clock: FakeClock
) -> AuthorizationCodes:
    if request.param == "redis":
        return RedisAuthorizationCodes(redis_client, **LIFETIMES)
    return AuthorizationCodesInMemory(clock, **LIFETIMES)


def test_a_code_is_redeemed_once_and_then_names_its_grant(codes: AuthorizationCodes) -> None:
    value = codes.issue(CODE)

    assert codes.redeem(value, BINH_DINH) == Redeemed(CODE, 0)
    assert codes.redeem(value, BINH_DINH) == Replayed(GrantId("grant-1"), 0)
    assert codes.redeem(value, BINH_DINH) == Replayed(GrantId("grant-1"), 0)


def test_to_whom_a_code_was_issued_is_known_a_little_longer(
    codes: AuthorizationCodes, pass_time: PassTime
) -> None:
    value = codes.issue(CODE)
    codes.redeem(value, BINH_DINH)
    pass_time(timedelta(minutes=14))

    assert codes.issued_to(value) == BINH_DINH
    assert codes.issued_to("made-up") is None

    pass_time(timedelta(minutes=2))

    assert codes.issued_to(value) is None


def test_a_replay_is_known_as_long_as_what_the_code_gave(
    codes: AuthorizationCodes, pass_time: PassTime
) -> None:
    offline = replace(CODE, authorization=replace(CODE.authorization, scope=("offline_access",)))
    short, long = codes.issue(CODE), codes.issue(offline)
    codes.redeem(short, BINH_DINH)
    codes.redeem(long, BINH_DINH)

    pass_time(LIFETIME + TOKEN_LIFETIME)
    assert codes.redeem(short, BINH_DINH) == Unknown(0)
    assert codes.redeem(long, BINH_DINH) == Replayed(GrantId("grant-1"), 0)

    pass_time(REFRESH_LIFETIME)
    assert codes.redeem(long, BINH_DINH) == Unknown(0)


@dataclass
class Both:
    codes: AuthorizationCodes
    tokens: AccessTokens


@pytest.fixture(params=["memory", "redis"])
def both(request: pytest.FixtureRequest, redis_client: redis.Redis, clock: FakeClock) -> Both:
    """Codes, and the access tokens they give."""
    if request.param == "memory":
        tokens = AccessTokensInMemory(clock)
        return Both(AuthorizationCodesInMemory(clock, **LIFETIMES, tokens=tokens), tokens)
    return Both(
        RedisAuthorizationCodes(redis_client, **LIFETIMES),
        RedisAccessTokens(
            redis_client, lifetime=TOKEN_LIFETIME, code_lifetime=LIFETIME, clock=clock
        ),
    )


def fresh_token(clock: FakeClock) -> FreshToken:
    return FreshToken(new_handle(), clock.now(), clock.now() + TOKEN_LIFETIME)


def test_its_access_token_is_there_as_soon_as_it_is_spent(both: Both, clock: FakeClock) -> None:
    value, fresh = both.codes.issue(CODE), fresh_token(clock)

    both.codes.redeem(value, DAK_LAK, fresh=fresh)
    assert both.tokens.find(fresh.value) is None
    both.codes.redeem(value, BINH_DINH, fresh=fresh)

    assert both.tokens.find(fresh.value) == AccessToken(
        CODE.authorization, fresh.expires_at, fresh.issued_at
    )


def test_a_replay_gives_no_access_token(both: Both, clock: FakeClock) -> None:
    value, second = both.codes.issue(CODE), fresh_token(clock)
    both.codes.redeem(value, BINH_DINH, fresh=fresh_token(clock))

    both.codes.redeem(value, BINH_DINH, fresh=second)

    assert both.tokens.find(second.value) is None


@pytest.mark.parametrize("before", [True, False])
def test_a_revoked_grant_has_no_such_token(both: Both, clock: FakeClock, *, before: bool) -> None:
    value, fresh = both.codes.issue(CODE), fresh_token(clock)
    if before:
        both.tokens.revoke([CODE.authorization.grant_id])
    both.codes.redeem(value, BINH_DINH, fresh=fresh)
    if not before:
        both.tokens.revoke([CODE.authorization.grant_id])

    assert both.tokens.find(fresh.value) is None


def test_it_ends_at_its_end(
    both: Both, clock: FakeClock, pass_time: PassTime, redis_client: redis.Redis
) -> None:
    value, fresh = both.codes.issue(CODE), fresh_token(clock)
    both.codes.redeem(value, BINH_DINH, fresh=fresh)
    assert all(redis_client.pttl(key) > 0 for key in redis_client.keys("*"))
    pass_time(TOKEN_LIFETIME)

    assert both.tokens.find(fresh.value) is None


def test_a_stranger_neither_spends_it_nor_learns_of_it(codes: AuthorizationCodes) -> None:
    value = codes.issue(CODE)

    assert codes.redeem(value, DAK_LAK) == Unknown(0)
    assert codes.redeem(value, BINH_DINH) == Redeemed(CODE, 0)
    assert codes.redeem(value, DAK_LAK) == Unknown(0)


@pytest.mark.parametrize("client_id", ["binh", "binh-dinh ", "binh-dinh grant-1", ""])
def test_a_client_id_that_begins_alike_is_a_stranger(
    codes: AuthorizationCodes, client_id: str
) -> None:
    value = codes.issue(CODE)
    codes.redeem(value, BINH_DINH)

    assert codes.redeem(value, ClientId(client_id)) == Unknown(0)


@pytest.mark.parametrize("value", ["", "unknown", "ß\x00" * 100])
def test_what_is_no_code_is_unknown(codes: AuthorizationCodes, value: str) -> None:
    assert codes.redeem(value, BINH_DINH) == Unknown(0)


def test_each_code_has_256_random_bits(codes: AuthorizationCodes) -> None:
    values = {codes.issue(CODE) for _ in range(50)}

    assert len(values) == 50
    assert {len(value) for value in values} == {43}


def test_a_code_lives_for_a_minute(codes: AuthorizationCodes, pass_time: PassTime) -> None:
    """OIDC certification wants a code refused at 62 seconds (FAPI 2.0 SP §5.3.2.1-11)."""
    early, late = codes.issue(CODE), codes.issue(CODE)
    pass_time(timedelta(seconds=55))
    assert isinstance(codes.redeem(early, BINH_DINH), Redeemed)
    pass_time(timedelta(seconds=5))

    assert codes.redeem(late, BINH_DINH) == Unknown(0)


def test_a_replay_is_recognised_as_long_as_a_token_can_live(
    codes: AuthorizationCodes, pass_time: PassTime
) -> None:
    value = codes.issue(CODE)
    codes.redeem(value, BINH_DINH)
    pass_time(TOKEN_LIFETIME)

    assert codes.redeem(value, BINH_DINH) == Replayed(GrantId("grant-1"), 0)


def test_every_answer_carries_the_version_of_the_registry(redis_client: redis.Redis) -> None:
    codes = RedisAuthorizationCodes(redis_client, **LIFETIMES)
    version = RedisRegistryVersion(redis_client)
    value = codes.issue(CODE)

    versions = []
    for client_id in (DAK_LAK, BINH_DINH, BINH_DINH):
        version.bump()
        versions.append(codes.redeem(value, client_id).registry_version)

    assert versions == [1, 2, 3]
    assert version.current() == 3


def test_redis_holds_no_code_and_nothing_without_an_end(redis_client: redis.Redis) -> None:
    codes = RedisAuthorizationCodes(redis_client, **LIFETIMES)
    value = codes.issue(CODE)
    live = {key: redis_client.pttl(key) for key in redis_client.scan_iter()}
    codes.redeem(value, BINH_DINH)
    spent = {key: redis_client.pttl(key) for key in redis_client.scan_iter()}

    issued_to = [live.pop(key) for key in list(live) if key.startswith(b"code_of:")]
    issued_to += [spent.pop(key) for key in list(spent) if key.startswith(b"code_of:")]
    assert len(live) == len(spent) == 1
    assert all(value.encode() not in key for key in live | spent)
    assert all(0 < end <= 900_000 for end in issued_to)
    assert all(0 < end <= 60_000 for end in live.values())
    assert all(300_000 < end <= 360_000 for end in spent.values())
