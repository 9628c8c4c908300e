"""
The worker: takes queued jobs from the broker, and runs the sweeps when their time comes.

Any number of workers may run. Jobs are shared between them; sweeps run in one of them at a time,
the leader. Sweeps must bear being run twice all the same: a leader that is cut off from Redis
learns of its successor only afterwards.
"""

import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import dramatiq
import redis
import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from redis.backoff import NoBackoff
from redis.exceptions import LockError, RedisError
from redis.lock import Lock
from redis.retry import Retry

from idp.core.clock import Clock

THREADS = 4  # jobs wait on the network; more threads only wait for one another
LEADERSHIP = timedelta(seconds=30)  # without a sign of life from the leader, another one takes over
MILLISECONDS_BETWEEN_LOOKS = 200  # at most: somebody sits before a page and waits for a code
SECONDS_TO_FINISH = 10  # for jobs in progress when the worker ends; the broker gives them out again

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Sweep:
    """
    Something to be done every so often: drop what has expired, rotate keys, send reminders.

    One that *takes_its_time*, since it waits for others, has a thread of its own.
    """

    name: str
    every: timedelta
    run: Callable[[], object]
    takes_its_time: bool = False


class Leadership:
    """Whether this process is the one that runs the sweeps; a lock in Redis that lapses."""

    def __init__(self, client: redis.Redis) -> None:
        # thread_local=False: the scheduler renews in one thread and asks in another.
        self._lock = Lock(
            client, "idp:sweeps:leader", timeout=LEADERSHIP.total_seconds(), thread_local=False
        )

    def claim(self) -> None:
        """Become the leader if there is none, or stay it; say nothing if another one is."""
        try:
            if self._lock.owned():
                self._lock.reacquire()
            else:
                self._lock.acquire(blocking=False)
        except (LockError, RedisError):
            log.warning("sweeps.leadership_unknown", exc_info=True)

    def held(self) -> bool:
        """Whether this process leads now; False when Redis does not answer."""
        try:
            return bool(self._lock.owned())
        except RedisError:
            return False

    def resign(self) -> None:
        """Let another worker lead at once."""
        try:
            if self._lock.owned():
                self._lock.release()
        except (LockError, RedisError):
            log.info("sweeps.leadership_lapses_by_itself")


def work(
    broker: dramatiq.Broker,
    sweeps: Sequence[Sweep],
    *,
    redis_url: str,
    clock: Clock,
) -> None:
    """Run jobs and sweeps until SIGTERM or SIGINT; then finish what was begun, and return."""
    ending = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, ending)  # also in every thread started below
    client = redis.Redis.from_url(redis_url, socket_timeout=5, retry=Retry(NoBackoff(), 1))
    leadership = Leadership(client)
    scheduler = _schedule(sweeps, leadership, clock)
    worker = dramatiq.Worker(
        broker, worker_threads=THREADS, worker_timeout=MILLISECONDS_BETWEEN_LOOKS
    )

    broker.emit_after("process_boot")
    worker.start()
    scheduler.start()
    log.info("worker.started", threads=THREADS, sweeps=[sweep.name for sweep in sweeps])

    signal.sigwait(ending)

    log.info("worker.stopping")
    scheduler.shutdown(wait=True)
    leadership.resign()
    worker.stop(timeout=SECONDS_TO_FINISH * 1000)
    broker.close()
    client.close()


def _schedule(sweeps: Sequence[Sweep], leadership: Leadership, clock: Clock) -> BackgroundScheduler:
    scheduler = BackgroundScheduler(
        # A thread each: renewing the lead waits for no sweep, and no sweep for a slow one.
        executors={name: ThreadPoolExecutor(1) for name in ("default", "patient", "leadership")},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        timezone="UTC",
    )
    leadership.claim()
    scheduler.add_job(
        leadership.claim,
        "interval",
        seconds=LEADERSHIP.total_seconds() / 3,
        executor="leadership",
    )
    for sweep in sweeps:
        scheduler.add_job(
            _run,
            "interval",
            args=[sweep, leadership],
            name=sweep.name,
            executor="patient" if sweep.takes_its_time else "default",
            seconds=sweep.every.total_seconds(),
            next_run_time=clock.now(),  # what fell due while no worker ran
        )
    return scheduler


def _run(sweep: Sweep, leadership: Leadership) -> None:
    """Run *sweep* if we lead. A failure is logged: the next round tries again."""
    if not leadership.held():
        return
    try:
        sweep.run()
    except Exception:
        log.exception("sweep.failed", sweep=sweep.name)
