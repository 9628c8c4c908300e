"""Public keys beside those of the ring, for minutes."""

from collections.abc import Callable
from datetime import timedelta

import redis

from idp.adapters.redis.connection import connect
from idp.adapters.redis.published_keys import RedisPublishedKeys
from tests.fakes.clock import FakeClock

MINUTE = timedelta(minutes=1)


def test_a_key_is_there_until_its_end(
    redis_client: redis.Redis, clock: FakeClock, pass_time: Callable[[timedelta], None]
) -> None:
    keys = RedisPublishedKeys(redis_client, clock, wait=lambda _seconds: None)
    keys.publish({"kid": "one"}, clock.now() + MINUTE)
    keys.publish({"kid": "two"}, clock.now() + 2 * MINUTE)

    assert keys.current() == [{"kid": "one"}, {"kid": "two"}]
    pass_time(MINUTE)
    assert keys.current() == [{"kid": "two"}]
    pass_time(MINUTE)
    assert keys.current() == []
    assert not redis_client.exists("published_keys")


def test_a_key_counts_once_every_process_has_had_time_to_find_it(
    redis_client: redis.Redis, clock: FakeClock
) -> None:
    elsewhere = RedisPublishedKeys(redis_client, clock)
    served: list[object] = [elsewhere.current()]

    def wait(seconds: float) -> None:
        served.append(elsewhere.current())
        clock.advance(timedelta(seconds=seconds))

    RedisPublishedKeys(redis_client, clock, wait=wait).publish({"kid": "one"}, clock.now() + MINUTE)

    assert [*served, elsewhere.current()] == [[], [], [{"kid": "one"}]]


def test_the_newest_stay_where_there_are_too_many(
    redis_client: redis.Redis, clock: FakeClock
) -> None:
    keys = RedisPublishedKeys(redis_client, clock, wait=lambda _seconds: None)
    for number in range(25):
        keys.publish({"kid": f"{number:02}"}, clock.now() + MINUTE + timedelta(seconds=number))

    assert [key["kid"] for key in keys.current()] == [f"{number:02}" for number in range(5, 25)]


def test_a_store_that_is_away_publishes_nothing(clock: FakeClock) -> None:
    with connect("redis://127.0.0.1:1/0") as away:
        assert RedisPublishedKeys(away, clock).current() == ()
        away.connection_pool.disconnect()
