"""What becomes of connections to Redis when threads end, or are torn from what they asked."""

from threading import Thread

import pytest
import redis

from idp.adapters.redis.connection import _Line, connect


def test_threads_that_come_and_go_have_the_connection_of_the_last(
    redis_client: redis.Redis,
) -> None:
    ours, theirs = redis_client.client_id(), []

    for _ in range(5):
        thread = Thread(target=lambda: theirs.append(redis_client.client_id()))
        thread.start()
        thread.join()

    assert len(set(theirs)) == 1
    assert ours not in theirs


def test_threads_at_the_same_time_have_a_connection_each(redis_client: redis.Redis) -> None:
    ids = {redis_client.client_id()}

    def ask() -> None:
        ids.add(redis_client.client_id())
        inner = Thread(target=lambda: ids.add(redis_client.client_id()))
        inner.start()
        inner.join()

    thread = Thread(target=ask)
    thread.start()
    thread.join()

    assert len(ids) == 3


@pytest.mark.parametrize("torn", [KeyboardInterrupt, redis.TimeoutError])
def test_an_answer_that_nobody_waited_for_is_nobody_elses(
    redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch, torn: type[BaseException]
) -> None:
    redis_client.mset({"mine": "one", "theirs": "two"})

    def tear(*_: object, **__: object) -> None:
        raise torn

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(_Line, "_read", tear)
        with pytest.raises(torn):
            redis_client.get("mine")

    assert redis_client.get("theirs") == b"two"


def test_an_answer_that_does_not_come_in_time_is_nobody_elses(redis_url: str) -> None:
    with connect(redis_url, timeout=0.05) as hasty:
        hasty.set("theirs", "two")
        with pytest.raises(redis.TimeoutError):
            hasty.blpop(["what never comes"], timeout=5)

        assert hasty.get("theirs") == b"two"


@pytest.mark.parametrize("length", [0, 1, 16_383, 16_384, 16_385, 3_000_000])
def test_an_answer_of_any_length_is_read_whole(redis_client: redis.Redis, length: int) -> None:
    redis_client.set("long", "x" * length)

    assert redis_client.get("long") == b"x" * length
    assert redis_client.mget("long", "none") == [b"x" * length, None]


def test_a_connection_that_was_closed_while_it_rested_is_made_anew(
    redis_client: redis.Redis, redis_url: str
) -> None:
    before = redis_client.client_id()
    with connect(redis_url) as other:
        other.client_kill_filter(_id=before)

        assert redis_client.client_id() != before


def test_what_redis_refuses_costs_no_connection(redis_client: redis.Redis) -> None:
    before = redis_client.client_id()

    with pytest.raises(redis.ResponseError):
        redis_client.execute_command("NO SUCH COMMAND")  # type: ignore[no-untyped-call]

    assert redis_client.client_id() == before


def test_a_redis_that_is_away_is_asked_again_and_then_away() -> None:
    with connect("redis://127.0.0.1:1/0") as away, pytest.raises(redis.ConnectionError):
        away.ping()
