"""Identifiers that are good once, in memory and in Redis."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import redis

from idp.adapters.redis.registry_version import RedisRegistryVersion
from idp.adapters.redis.spent_identifiers import RedisSpentIdentifiers
from idp.grants.ports import SpentIdentifiers
from tests.fakes.clock import FakeClock
from tests.fakes.grants import SpentIdentifiersInMemory

MINUTE = timedelta(minutes=1)


@pytest.fixture(params=["memory", "redis"])
def spent(
    request: pytest.FixtureRequest, redis_client: redis.Redis, clock: FakeClock
) -> SpentIdentifiers:
    if request.param == "redis":
        return RedisSpentIdentifiers(redis_client, clock)
    return SpentIdentifiersInMemory(clock)


def test_it_is_good_once(spent: SpentIdentifiers, clock: FakeClock) -> None:
    until = clock.now() + MINUTE

    assert not spent.is_spent("one")
    assert [spent.spend("one", until).first for _ in range(3)] == [True, False, False]
    assert spent.spend("other", until).first
    assert spent.is_spent("one")


def test_one_of_many_at_once_is_the_first(spent: SpentIdentifiers, clock: FakeClock) -> None:
    until = clock.now() + MINUTE

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _: spent.spend("one", until).first, range(16)))

    assert outcomes.count(True) == 1


def test_it_is_remembered_until_its_end(
    spent: SpentIdentifiers, clock: FakeClock, pass_time: Callable[[timedelta], None]
) -> None:
    spent.spend("one", clock.now() + MINUTE)
    pass_time(MINUTE - timedelta(seconds=5))
    assert spent.is_spent("one")
    pass_time(timedelta(seconds=5))

    assert not spent.is_spent("one")


def test_what_has_ended_already_is_no_error(spent: SpentIdentifiers, clock: FakeClock) -> None:
    assert spent.spend("one", clock.now() - MINUTE).first


@pytest.mark.parametrize("identifier", ["", "ß\x00", "x" * 10_000])
def test_any_text_will_do(spent: SpentIdentifiers, clock: FakeClock, identifier: str) -> None:
    assert spent.spend(identifier, clock.now() + MINUTE).first


def test_the_version_of_the_registry_comes_along(
    redis_client: redis.Redis, clock: FakeClock
) -> None:
    spent, version = RedisSpentIdentifiers(redis_client, clock), RedisRegistryVersion(redis_client)
    before = spent.spend("one", clock.now() + MINUTE).registry_version
    version.bump()

    assert spent.spend("two", clock.now() + MINUTE).registry_version == before + 1
    assert not any(b"one" in key for key in redis_client.keys("*"))
