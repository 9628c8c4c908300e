"""One contract for tokens of programs, and one for requests that are made once."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread

import pytest
import redis

from idp.adapters.redis.api_calls import RedisApiTokens, RedisRequestsMadeOnce
from idp.api_clients.model import ApiClientName, ApiGrant
from idp.api_clients.ports import ApiTokens, RequestsMadeOnce
from idp.core.handles import new_handle
from idp.operators.permissions import Permission
from tests.fakes.api_calls import ApiTokensInMemory, RequestsMadeOnceInMemory
from tests.fakes.clock import FakeClock

MINUTES, DAY = timedelta(minutes=10), timedelta(days=1)
CI, OTHER = ApiClientName("ci"), ApiClientName("other")
GRANT = ApiGrant(CI, frozenset({Permission.SEE_KEYS, Permission.READ_LOG}))
PassTime = Callable[[timedelta], None]


@pytest.fixture(params=["memory", "redis"])
def tokens(
    request: pytest.FixtureRequest, redis_client: redis.Redis, clock: FakeClock
) -> ApiTokens:
    return RedisApiTokens(redis_client) if request.param == "redis" else ApiTokensInMemory(clock)


@pytest.fixture(params=["memory", "redis"])
def once(
    request: pytest.FixtureRequest, redis_client: redis.Redis, clock: FakeClock
) -> RequestsMadeOnce:
    if request.param == "redis":
        return RedisRequestsMadeOnce(redis_client, kept=DAY)
    return RequestsMadeOnceInMemory(clock, kept=DAY)


def test_a_token_is_found_while_it_lives(tokens: ApiTokens, pass_time: PassTime) -> None:
    first, second = tokens.issue(GRANT, MINUTES), tokens.issue(GRANT, 2 * MINUTES)

    assert first != second
    assert tokens.find(first) == GRANT
    assert tokens.find(new_handle()) is None
    assert tokens.find("") is None
    pass_time(MINUTES)
    assert tokens.find(first) is None
    assert tokens.find(second) == GRANT


def test_redis_holds_no_token(redis_client: redis.Redis) -> None:
    token = RedisApiTokens(redis_client).issue(GRANT, MINUTES)

    (key,) = redis_client.keys()
    assert token.encode() not in key
    assert token.encode() not in redis_client.get(key)
    assert redis_client.pttl(key) > 0


def test_a_key_is_good_for_one_request_of_one_program(
    once: RequestsMadeOnce, pass_time: PassTime
) -> None:
    assert once.take(CI, "a", "first") is None
    assert once.take(CI, "a", "second") == "first"
    assert once.take(CI, "b", "second") is None
    assert once.take(OTHER, "a", "second") is None
    pass_time(DAY)
    assert once.take(CI, "a", "third") is None


def test_a_key_is_given_back(once: RequestsMadeOnce) -> None:
    once.take(CI, "a", "first")
    once.take(CI, "b", "first")

    once.give_back(CI, "a")
    once.give_back(CI, "c")

    assert once.take(CI, "a", "second") is None
    assert once.take(CI, "b", "second") == "first"


def test_of_many_at_once_one_goes_on(once: RequestsMadeOnce) -> None:
    start, found = Barrier(8), []

    def try_it() -> None:
        start.wait()
        found.append(once.take(CI, "a", "same"))

    threads = [Thread(target=try_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(map(str, found)) == ["None"] + ["same"] * 7
