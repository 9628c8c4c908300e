"""One contract for every throttle."""

from collections.abc import Callable
from datetime import timedelta
from ipaddress import ip_network

import pytest
import redis

from idp.adapters.redis.throttle import RedisThrottle
from idp.settings import Rate
from idp.throttling.ports import Budget, BudgetSpent, Counted, Throttle
from tests.fakes.clock import FakeClock
from tests.fakes.throttle import ThrottleInMemory

MINUTE = timedelta(minutes=1)
EXEMPT = (ip_network("10.0.0.0/8"), ip_network("2001:db8::/48"))
STACK = Budget("stack", (Rate(count=2, period=MINUTE), Rate(count=3, period=60 * MINUTE)))
BY_NETWORK = Budget("by_network", (Rate(count=1, period=MINUTE),), by_network=True)
PassTime = Callable[[timedelta], None]


@pytest.fixture(params=["memory", "redis"])
def throttle(
    request: pytest.FixtureRequest, redis_url: str, redis_client: redis.Redis, clock: FakeClock
) -> Throttle:
    if request.param == "redis":
        return RedisThrottle(redis_client, exempt_networks=EXEMPT)
    return ThrottleInMemory(clock, exempt_networks=EXEMPT)


def wait_of(throttle: Throttle, budget: Budget, *key: str) -> timedelta:
    with pytest.raises(BudgetSpent) as spent:
        throttle.count(budget, *key)
    assert spent.value.budget == budget.name
    return spent.value.retry_after


def test_what_is_allowed_is_allowed_and_no_more(throttle: Throttle) -> None:
    throttle.count(STACK, "a")
    throttle.count(STACK, "a")

    assert MINUTE - timedelta(seconds=5) < wait_of(throttle, STACK, "a") <= MINUTE


def test_asking_again_does_not_prolong_the_wait(throttle: Throttle, pass_time: PassTime) -> None:
    throttle.count(STACK, "a")
    throttle.count(STACK, "a")
    for _ in range(5):
        wait_of(throttle, STACK, "a")
        pass_time(MINUTE / 5)

    throttle.count(STACK, "a")


def test_every_window_has_its_say(throttle: Throttle, pass_time: PassTime) -> None:
    throttle.count(STACK, "a")
    throttle.count(STACK, "a")
    pass_time(MINUTE)
    throttle.count(STACK, "a")

    assert 58 * MINUTE < wait_of(throttle, STACK, "a") <= 59 * MINUTE


def test_keys_and_budgets_are_apart(throttle: Throttle) -> None:
    other = Budget("other", STACK.windows)
    for budget, key in ((STACK, ("a",)), (STACK, ("b",)), (STACK, ("a", "b")), (other, ("a",))):
        throttle.count(budget, *key)
        throttle.count(budget, *key)


def test_a_budget_without_a_key_is_everybody_s(throttle: Throttle) -> None:
    throttle.count(STACK)
    throttle.count(STACK)

    wait_of(throttle, STACK)


def test_several_are_counted_in_turn_up_to_the_first_that_refuses(throttle: Throttle) -> None:
    tight, wide = Budget("tight", (Rate(count=1, period=MINUTE),)), STACK
    lifted = Budget("lifted", ())
    in_turn = (
        Counted(lifted, ("x",)),
        Counted(wide, ("a",)),
        Counted(tight),
        Counted(wide, ("b",)),
    )
    throttle.count_in_turn(*in_turn)

    with pytest.raises(BudgetSpent) as spent:
        throttle.count_in_turn(*in_turn)

    assert spent.value.budget == "tight"
    assert spent.value.first
    assert MINUTE - timedelta(seconds=5) < spent.value.retry_after <= MINUTE
    throttle.count(STACK, "b")  # its second
    wait_of(throttle, STACK, "a")


def test_of_several_the_exempt_are_not_counted(throttle: Throttle) -> None:
    throttle.count_in_turn(Counted(BY_NETWORK, ("10.1.2.0/24",)), Counted(STACK, ("a",)))
    throttle.count_in_turn(Counted(BY_NETWORK, ("10.1.2.0/24",)), Counted(STACK, ("a",)))

    wait_of(throttle, STACK, "a")


def test_counting_nothing_is_allowed(throttle: Throttle) -> None:
    throttle.count_in_turn()


def test_requiring_counts_nothing(throttle: Throttle) -> None:
    for _ in range(5):
        throttle.require(STACK, "a")
    throttle.count(STACK, "a")
    throttle.require(STACK, "a")
    throttle.count(STACK, "a")

    with pytest.raises(BudgetSpent) as spent:
        throttle.require(STACK, "a")
    assert MINUTE - timedelta(seconds=5) < spent.value.retry_after <= MINUTE


def test_clearing_forgets(throttle: Throttle) -> None:
    throttle.count(STACK, "a")
    throttle.count(STACK, "a")
    throttle.clear(STACK, "a")
    throttle.clear(STACK, "never counted")

    throttle.require(STACK, "a")
    throttle.count(STACK, "a")


def test_a_lifted_limit_counts_nobody(throttle: Throttle) -> None:
    lifted = Budget("lifted", ())

    throttle.count(lifted, "a")
    throttle.require(lifted, "a")
    throttle.clear(lifted, "a")


@pytest.mark.parametrize("network", ["10.1.2.0/24", "2001:db8:0:100::/56"])
def test_exempt_networks_are_not_counted(throttle: Throttle, network: str) -> None:
    for _ in range(3):
        throttle.count(BY_NETWORK, network)
        throttle.count(BY_NETWORK, "number", network)
        throttle.require(BY_NETWORK, network)


@pytest.mark.parametrize("network", ["203.0.113.0/24", "2001:db8:1::/56", "0.0.0.0/32"])
def test_other_networks_are(throttle: Throttle, network: str) -> None:
    throttle.count(BY_NETWORK, network)

    wait_of(throttle, BY_NETWORK, network)


def test_a_budget_that_is_not_by_network_exempts_nobody(throttle: Throttle) -> None:
    throttle.count(STACK, "10.1.2.0/24")
    throttle.count(STACK, "10.1.2.0/24")

    wait_of(throttle, STACK, "10.1.2.0/24")


def test_without_redis_nothing_is_allowed(clock: FakeClock) -> None:
    nowhere = "unix:///nowhere/redis.sock"
    with redis.Redis.from_url(nowhere) as client:
        throttle = RedisThrottle(client, exempt_networks=())

        with pytest.raises(redis.exceptions.ConnectionError):
            throttle.count(STACK, "a")


def test_redis_holds_nothing_without_an_end(redis_url: str, redis_client: redis.Redis) -> None:
    throttle = RedisThrottle(redis_client, exempt_networks=())
    throttle.count(STACK, "a")

    ends = sorted(redis_client.pttl(key) for key in redis_client.scan_iter())

    assert len(ends) == 2
    assert 0 < ends[0] <= 60_000 < ends[1] <= 3_600_000


def refused_first(ask: Callable[..., None], budget: Budget, *key: str) -> bool:
    with pytest.raises(BudgetSpent) as spent:
        ask(budget, *key)
    return spent.value.first


def test_the_first_refusal_of_a_window_says_so(throttle: Throttle, pass_time: PassTime) -> None:
    """So that who is refused again and again is noted once."""
    for _ in range(2):
        throttle.count(STACK, "a")
        throttle.count(STACK, "b")
    by_a = [refused_first(throttle.count, STACK, "a") for _ in range(3)]
    by_a.append(refused_first(throttle.require, STACK, "a"))
    by_b = [refused_first(throttle.require, STACK, "b") for _ in range(2)]
    by_b.append(refused_first(throttle.count, STACK, "b"))
    pass_time(MINUTE)
    throttle.count(STACK, "b")

    assert by_a == [True, False, False, False]
    assert by_b == [True, False, False]
    assert refused_first(throttle.count, STACK, "b")


def test_clearing_forgets_what_was_refused(throttle: Throttle) -> None:
    for _ in range(2):
        for _ in range(2):
            throttle.count(STACK, "a")
        assert refused_first(throttle.count, STACK, "a")
        throttle.clear(STACK, "a")


def test_redis_holds_no_refusal_without_an_end(redis_url: str, redis_client: redis.Redis) -> None:
    throttle = RedisThrottle(redis_client, exempt_networks=())
    for _ in range(2):
        throttle.count(STACK, "a")
    refused_first(throttle.count, STACK, "a")

    assert all(redis_client.pttl(key) > 0 for key in redis_client.scan_iter())
