"""The numbers of requests, and their two clocks: pure."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from idp.core.vietnam import VIETNAM, day_of, end_of
from idp.data_requests.model import RequestNumber

SHORTEST_ANSWER: Final = 10
LONGEST_ANSWER: Final = 2000
_NUMBER: Final = re.compile(r"YC([0-9]{4})([0-9]{6})")
_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class Terms:
    """
    How long there is.

    A holiday that is not named here makes a term shorter, never longer than the law's.
    """

    answered_in_working_days: int
    done_in: timedelta
    holidays: Collection[date]


class Late(StrEnum):
    """Which term has passed."""

    ANSWER = "answer"
    COMPLETION = "completion"


class Clocks(Protocol):
    """What the rules need to know of a request."""

    @property
    def answer_due(self) -> datetime: ...
    @property
    def done_due(self) -> datetime: ...
    @property
    def answered_at(self) -> datetime | None: ...
    @property
    def finished_at(self) -> datetime | None: ...


def answer_due(filed_at: datetime, terms: Terms) -> datetime:
    """
    The end of the last working day on which a request can be answered in time.

    The day of the request does not count. Working days are Monday to Friday in Vietnam.
    """
    day, left = day_of(filed_at), terms.answered_in_working_days
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < _SATURDAY and day not in terms.holidays
    return end_of(day)


def done_due(filed_at: datetime, terms: Terms) -> datetime:
    """The end of the last day on which a request can be carried out in time."""
    return end_of(day_of(filed_at + terms.done_in))


def late(request: Clocks, now: datetime) -> Late | None:
    """Name the term that has passed, the answer's first; `None` in time, or when it is done."""
    if request.finished_at is not None:
        return None
    if request.answered_at is None and now >= request.answer_due:
        return Late.ANSWER
    return Late.COMPLETION if now >= request.done_due else None


def next_due(request: Clocks) -> datetime:
    """When something has to have happened next."""
    return request.answer_due if request.answered_at is None else request.done_due


def request_series(at: datetime) -> str:
    """The series that a request of that moment is numbered in: the year as people here have it."""
    return f"YC-{at.astimezone(VIETNAM):%Y}"


def request_number(series: str, number: int) -> RequestNumber:
    """The number of a request: YC-2026-000012."""
    return RequestNumber(f"{series}-{number:06}")


def parse_request_number(typed: str) -> RequestNumber | None:
    """The number in what was typed: hyphens, spaces and small letters do not matter."""
    found = _NUMBER.fullmatch("".join(char for char in typed.upper() if char.isalnum()))
    return None if found is None else RequestNumber(f"YC-{found[1]}-{found[2]}")
