"""
How long answers take for numbers that somebody has and for numbers that nobody has.

Whoever can tell the two apart by the clock learns who has an account. The application runs in this
process, with cheap password hashes: their noise would hide what is looked for.
"""

import logging
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from http import HTTPStatus
from itertools import cycle
from typing import Final

import structlog
from flask import Flask

from idp.app import Adapters, create_app
from idp.core.birth_date import BirthDate
from idp.core.clock import SystemClock
from idp.core.full_name import FullName
from idp.core.handles import random_fraction
from idp.core.identity_number import IdentityNumber
from idp.core.phone_number import PhoneNumber
from idp.settings import Settings
from tests.bench.journeys import HIDDEN
from tests.bench.samples import mann_whitney
from tests.bench.wire import NotAsExpected
from tests.fakes.carrier_records import CarrierRecordsInMemory, Subscription

NAME: Final = "Nguyễn Văn Mẫu"
_BORN: Final = BirthDate(1990, 1, 2)
_MICROSECONDS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Numbers:
    """An identity number and a phone number that belong together."""

    identity: str
    phone: PhoneNumber


@dataclass(frozen=True, slots=True)
class Comparison:
    """Medians in microseconds; *p*: how likely two samples of the same differ as much."""

    question: str
    known: float
    unknown: float
    p: float

    def __str__(self) -> str:
        return (
            f"{self.question}: known {self.known:,.0f} µs, unknown {self.unknown:,.0f} µs "
            f"({(self.unknown / self.known - 1) * 100:+.1f} %), Mann–Whitney p = {self.p:.3f}"
        )


def compare(
    settings: Settings, known: Sequence[Numbers], unknown: Sequence[Numbers], *, samples: int
) -> Iterator[Comparison]:
    """Ask each question about known and unknown numbers in random order, so many times each."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    clock = SystemClock()
    carriers = CarrierRecordsInMemory(
        clock,
        {
            each.phone: Subscription(
                "vinaphone", IdentityNumber(each.identity), FullName.parse(NAME), _BORN
            )
            for each in (*known, *unknown)
        },
    )
    app = create_app(settings, Adapters(clock=clock, carriers=carriers))
    for question, ask in (
        ("a wrong password", _wrong_password),
        ("a forgotten password", _forgotten_password),
        ("enrolment", _enrolment),
    ):
        taken: tuple[list[float], list[float]] = [], []
        people = cycle(known), cycle(unknown)
        groups = sorted([0, 1] * samples, key=lambda _: random_fraction())
        for number in (0, 1):  # what is compiled and connected at first counts for neither
            ask(app, next(people[number]))
        for number in groups:
            taken[number].append(ask(app, next(people[number])) * _MICROSECONDS)
        yield Comparison(
            question,
            statistics.median(taken[0]),
            statistics.median(taken[1]),
            mann_whitney(*taken),
        )


class _Visitor:
    """A browser that has just come, at a form."""

    def __init__(self, app: Flask, path: str) -> None:
        self._client = app.test_client()
        self._open(path)

    def post(self, **typed: str) -> float:
        """Fill in the form; the seconds until its answer, whose page is opened then."""
        started = time.perf_counter()
        answer = self._client.post(self._address, data={**self._hidden, **typed})
        taken = time.perf_counter() - started
        if answer.status_code != HTTPStatus.SEE_OTHER:
            raise NotAsExpected(f"{answer.status_code} at {self._address}")
        self._open(answer.location)
        return taken

    def _open(self, path: str) -> None:
        page = self._client.get(path, follow_redirects=True)
        self._address = f"{page.request.path}?{page.request.query_string.decode()}"
        self._hidden = {
            name: unescape(value) for name, value in HIDDEN.findall(page.text.split("</form>")[0])
        }
        page.close()


def _wrong_password(app: Flask, who: Numbers) -> float:
    return _Visitor(app, "/login").post(username=who.identity, password="Sai-mat-khau-1")


def _forgotten_password(app: Flask, who: Numbers) -> float:
    return _Visitor(app, "/recover").post(username=who.identity, phone_number=who.phone.national)


def _enrolment(app: Flask, who: Numbers) -> float:
    visitor = _Visitor(app, "/enrol/method")
    visitor.post(subject="citizen", method="mobile")
    return visitor.post(
        identity_number=who.identity,
        full_name=NAME,
        birth_day=str(_BORN.day),
        birth_month=str(_BORN.month),
        birth_year=str(_BORN.year),
        phone_number=who.phone.national,
        email="",
    )
