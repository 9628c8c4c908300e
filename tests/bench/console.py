"""
How long pages of the console take where there is much to show: server time, in this process.

In a database of its own on the same PostgreSQL, so that nothing else here becomes slower by it.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import redis
import structlog
from pydantic import SecretStr
from sqlalchemy import create_engine, make_url, text

from idp.core.clock import SystemClock
from idp.settings import Settings
from tests.bench.wire import NotAsExpected
from tests.fakes.carrier_records import CarrierRecordsInMemory
from tests.fakes.citizen_site import Site
from tests.fakes.clock import FakeClock
from tests.fakes.console_at_size import ConsoleAtSize, Size
from tests.fakes.database import make_tables
from tests.fakes.mail import MailOutbox
from tests.fakes.sms import SmsOutbox

FULL: Final = Size(relying_parties=10_000, events=5_000_000)
QUICK: Final = Size(relying_parties=50, events=500)
MEDIAN_TARGET: Final = 150
SLOWEST_TARGET: Final = 400
_DATABASE: Final = "console_at_size"
_MILLISECONDS: Final = 1000
_NO_PAGES: Final = {"/console/invitation"}  # a link for somebody who is no operator yet


@dataclass(frozen=True, slots=True)
class PageTime:
    """
    Milliseconds until a page is there: the median, and what 99 of 100 stay below.

    A file to be kept, which is no page, holds up to thousands of rows: nothing is aimed at.
    """

    rule: str
    is_file: bool
    median: float
    slowest: float

    def __str__(self) -> str:
        met = self.median <= MEDIAN_TARGET and self.slowest <= SLOWEST_TARGET
        verdict = "a file" if self.is_file else "met" if met else "missed"
        return f"{self.median:7.1f} ms, p99 {self.slowest:7.1f} ms  {verdict:6}  {self.rule}"


def page_times(
    settings: Settings, redis_client: redis.Redis, size: Size, *, samples: int
) -> Iterator[PageTime]:
    """Open each page of the console so many times."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with _site(settings, redis_client) as site:
        console = ConsoleAtSize(site, size)
        for rule, address in sorted(console.addresses().items()):
            if rule in _NO_PAGES:
                continue
            _seconds(console, address)  # what is compiled at first
            taken = sorted(_seconds(console, address) for _ in range(samples))
            yield PageTime(
                rule,
                not console.browser.html.startswith("<!doctype html>"),
                taken[samples // 2] * _MILLISECONDS,
                taken[(samples * 99 - 1) // 100] * _MILLISECONDS,
            )


def _seconds(console: ConsoleAtSize, address: str) -> float:
    started = time.perf_counter()
    console.browser.open(f"{address}?")
    taken = time.perf_counter() - started
    if console.browser.status != HTTPStatus.OK:
        raise NotAsExpected(f"{console.browser.status} at {address}")
    return taken


@contextmanager
def _site(settings: Settings, redis_client: redis.Redis) -> Iterator[Site]:
    with create_engine(settings.database_url, isolation_level="AUTOCOMMIT").connect() as server:
        server.execute(text(f"CREATE DATABASE {_DATABASE}"))
        server.engine.dispose()
    url = make_url(settings.database_url).set(database=_DATABASE)
    make_tables(engine := create_engine(url))
    engine.dispose()
    there = SecretStr(url.render_as_string(hide_password=False))
    clock = FakeClock(SystemClock().now())
    site = Site(
        settings=settings.model_copy(
            update={"database": settings.database.model_copy(update={"url": there})}
        ),
        redis_client=redis_client,
        clock=clock,
        carriers=CarrierRecordsInMemory(clock),
        sms=SmsOutbox(),
        mail=MailOutbox(),
    )
    yield site
    site.database.engine.dispose()
