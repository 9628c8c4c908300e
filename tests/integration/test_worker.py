"""The worker on a real Redis: one leader sweeps, jobs run, and it ends when it is told to."""

import os
import signal
import threading
from collections.abc import Callable
from datetime import timedelta

import dramatiq
import redis
from dramatiq.brokers.redis import RedisBroker
from redis.backoff import NoBackoff
from redis.retry import Retry

from idp.core.clock import SystemClock
from idp.processes.worker import LEADERSHIP, Leadership, Sweep, work


def test_one_worker_leads_at_a_time(redis_client: redis.Redis) -> None:
    first, second = Leadership(redis_client), Leadership(redis_client)

    first.claim()
    second.claim()

    assert first.held()
    assert not second.held()


def test_the_lead_passes_on_at_once_when_it_is_given_up(redis_client: redis.Redis) -> None:
    first, second = Leadership(redis_client), Leadership(redis_client)
    first.claim()

    first.resign()
    second.claim()

    assert not first.held()
    assert second.held()


def test_the_lead_lapses_unless_it_is_claimed_again(
    redis_client: redis.Redis, pass_time: Callable[[timedelta], None]
) -> None:
    first, second = Leadership(redis_client), Leadership(redis_client)
    first.claim()

    pass_time(LEADERSHIP / 2)
    first.claim()
    pass_time(LEADERSHIP / 2)
    second.claim()
    assert first.held()

    pass_time(LEADERSHIP)
    second.claim()
    first.claim()
    assert second.held()
    assert not first.held()


def test_nobody_leads_without_redis() -> None:
    once = Retry(NoBackoff(), 0)
    with redis.Redis(unix_socket_path="/nowhere/redis.sock", retry=once) as client:
        leadership = Leadership(client)

        leadership.claim()

        assert not leadership.held()


def test_jobs_and_sweeps_run_until_the_worker_is_told_to_end(redis_url: str) -> None:
    """Neither a failing nor a slow sweep stops others; SIGTERM lets what was begun end."""
    broker = RedisBroker(url=redis_url)
    done = {
        "job": threading.Event(),
        "sweep": threading.Event(),
        "failing sweep": threading.Event(),
        "slow sweep": threading.Event(),
    }

    @dramatiq.actor(broker=broker)
    def job() -> None:
        done["job"].set()

    def fail() -> None:
        done["failing sweep"].set()
        raise LookupError

    def wait_for_others() -> None:
        if done["sweep"].wait(timeout=60):
            done["slow sweep"].set()

    def tell_to_end() -> None:
        for event in done.values():
            event.wait(timeout=60)
        os.kill(os.getpid(), signal.SIGTERM)

    job.send()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    # Begun with the signal blocked, as the worker's own threads are: it is the worker's to take.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    teller = threading.Thread(target=tell_to_end)
    teller.start()
    try:
        work(
            broker,
            [
                Sweep("slow sweep", timedelta(hours=1), wait_for_others, takes_its_time=True),
                Sweep("failing sweep", timedelta(hours=1), fail),
                Sweep("sweep", timedelta(hours=1), done["sweep"].set),
            ],
            redis_url=redis_url,
            clock=SystemClock(),
        )
    finally:
        teller.join()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

    assert [name for name, event in done.items() if not event.is_set()] == []
    with redis.Redis.from_url(redis_url) as client:
        assert client.get("idp:sweeps:leader") is None
