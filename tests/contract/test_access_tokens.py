"""One contract for every store of access tokens."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import redis

from idp.adapters.redis.grants import RedisAccessTokens
from idp.adapters.redis.registry_version import RedisRegistryVersion
from idp.grants.model import AccessToken, FamilyId, FoundToken, GrantId
from idp.grants.ports import AccessTokens
from tests.fakes.clock import FakeClock
from tests.fakes.grants import AccessTokensInMemory
from tests.fakes.people import authorization_of

LIFETIME, CODE_LIFETIME = timedelta(minutes=5), timedelta(minutes=1)
PassTime = Callable[[timedelta], None]


@pytest.fixture(params=["memory", "redis"])
def tokens(
    request: pytest.FixtureRequest, redis_client: redis.Redis, clock: FakeClock
) -> AccessTokens:
    if request.param == "redis":
        return RedisAccessTokens(
            redis_client, lifetime=LIFETIME, code_lifetime=CODE_LIFETIME, clock=clock
        )
    return AccessTokensInMemory(clock)


def token_of(grant_id: str, clock: FakeClock) -> AccessToken:
    now = clock.now()
    return AccessToken(authorization_of(grant_id), now + LIFETIME, issued_at=now)


def test_a_token_is_found_as_it_was_stored(tokens: AccessTokens, clock: FakeClock) -> None:
    token = token_of("grant", clock)
    value = tokens.issue(token)

    assert tokens.find(value) == token
    assert len(value) == 43


@pytest.mark.parametrize("value", ["", "unknown", "ß\x00" * 100])
def test_what_is_no_token_is_not_found(tokens: AccessTokens, value: str) -> None:
    assert tokens.find(value) is None


def test_it_ends_at_its_end(tokens: AccessTokens, clock: FakeClock, pass_time: PassTime) -> None:
    value = tokens.issue(token_of("grant", clock))
    pass_time(LIFETIME - timedelta(seconds=5))
    assert tokens.find(value) is not None
    pass_time(timedelta(seconds=5))

    assert tokens.find(value) is None


def test_the_clock_alone_ends_it_too(tokens: AccessTokens, clock: FakeClock) -> None:
    value = tokens.issue(token_of("grant", clock))
    clock.advance(LIFETIME)

    assert tokens.find(value) is None


def test_revoking_a_grant_ends_its_tokens_and_no_others(
    tokens: AccessTokens, clock: FakeClock
) -> None:
    ended = [tokens.issue(token_of(grant, clock)) for grant in ("one", "one", "two")]
    kept = tokens.issue(token_of("three", clock))

    tokens.revoke([GrantId("one"), GrantId("two"), GrantId("unknown")])

    assert [tokens.find(value) for value in ended] == [None] * 3
    assert tokens.find(kept) is not None


def test_a_token_of_a_revoked_grant_is_stillborn(tokens: AccessTokens, clock: FakeClock) -> None:
    """The replay may come before the winner of the race has stored its token."""
    tokens.revoke([GrantId("grant")])

    value = tokens.issue(token_of("grant", clock))

    assert tokens.find(value) is None


def test_a_revocation_is_remembered_as_long_as_a_token_can_still_come(
    tokens: AccessTokens, clock: FakeClock, pass_time: PassTime
) -> None:
    tokens.revoke([GrantId("grant")])
    pass_time(LIFETIME)

    assert tokens.find(tokens.issue(token_of("grant", clock))) is None


def test_a_refreshed_token_ends_with_its_family_and_not_with_the_grant(
    tokens: AccessTokens, clock: FakeClock
) -> None:
    refreshed = replace(token_of("grant", clock), family_id=FamilyId("family"))
    value = tokens.issue(refreshed)

    tokens.revoke([GrantId("grant")])
    assert tokens.find(value) == refreshed
    tokens.revoke([FamilyId("family")])
    assert tokens.find(value) is None


def test_one_token_can_be_ended_alone(tokens: AccessTokens, clock: FakeClock) -> None:
    one, other = (tokens.issue(token_of("grant", clock)) for _ in range(2))

    tokens.end(one)
    tokens.end("unknown")

    assert tokens.find(one) is None
    assert tokens.find(other) is not None


def test_revoking_nothing_is_no_error(tokens: AccessTokens) -> None:
    tokens.revoke([])


def test_looking_up_tells_the_version_of_the_registry(
    redis_client: redis.Redis, clock: FakeClock
) -> None:
    tokens = RedisAccessTokens(
        redis_client, lifetime=LIFETIME, code_lifetime=CODE_LIFETIME, clock=clock
    )
    token = token_of("grant", clock)
    value = tokens.issue(token)
    assert tokens.look_up(value) == FoundToken(token, 0)

    RedisRegistryVersion(redis_client).bump()

    assert tokens.look_up(value) == FoundToken(token, 1)
    assert tokens.look_up("unknown") == FoundToken(None, 1)
    clock.advance(LIFETIME)
    assert tokens.look_up(value) == FoundToken(None, 1)


def test_redis_holds_no_token_and_nothing_without_an_end(
    redis_client: redis.Redis, clock: FakeClock
) -> None:
    tokens = RedisAccessTokens(
        redis_client, lifetime=LIFETIME, code_lifetime=CODE_LIFETIME, clock=clock
    )
    value = tokens.issue(token_of("grant", clock))
    tokens.revoke([GrantId("other")])

    keys = redis_client.keys()

    assert len(keys) == 3
    assert all(value.encode() not in key for key in keys)
    assert all(0 < redis_client.pttl(key) <= 360_000 for key in keys)
