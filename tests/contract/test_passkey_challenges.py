"""Challenges of passkeys, in memory and in Redis."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import redis

from idp.adapters.redis.passkey_challenges import RedisPasskeyChallenges
from idp.authenticators.ports import PasskeyChallenges
from tests.fakes.clock import FakeClock
from tests.fakes.passkey_challenges import PasskeyChallengesInMemory

ONE, OTHER = b"1" * 32, b"2" * 32


@pytest.fixture(params=["memory", "redis"])
def challenges(
    request: pytest.FixtureRequest, redis_client: redis.Redis, clock: FakeClock
) -> PasskeyChallenges:
    if request.param == "redis":
        return RedisPasskeyChallenges(redis_client)
    return PasskeyChallengesInMemory(clock)


def test_a_challenge_is_good_once(challenges: PasskeyChallenges) -> None:
    challenges.add(ONE, place="here")

    assert [challenges.spend(ONE, place="here") for _ in range(2)] == [True, False]
    assert not challenges.spend(OTHER, place="here")


def test_of_many_at_once_one_spends_it(challenges: PasskeyChallenges) -> None:
    challenges.add(ONE, place="here")

    with ThreadPoolExecutor(8) as pool:
        spent = list(pool.map(lambda _: challenges.spend(ONE, place="here"), range(16)))

    assert spent.count(True) == 1


def test_elsewhere_it_proves_nothing_and_is_used_up_by_the_try(
    challenges: PasskeyChallenges,
) -> None:
    challenges.add(ONE, place="here")

    assert not challenges.spend(ONE, place="there")
    assert not challenges.spend(ONE, place="here")


def test_two_tabs_have_a_challenge_each(challenges: PasskeyChallenges) -> None:
    challenges.add(ONE, place="here")
    challenges.add(OTHER, place="here")

    assert challenges.spend(ONE, place="here")
    assert challenges.spend(OTHER, place="here")


def test_it_ends_by_itself(
    challenges: PasskeyChallenges, pass_time: Callable[[timedelta], None]
) -> None:
    challenges.add(ONE, place="here")
    pass_time(timedelta(minutes=5))

    assert not challenges.spend(ONE, place="here")
