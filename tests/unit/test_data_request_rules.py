"""The numbers of requests about data, and their two clocks."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.core.vietnam import VIETNAM, day_of
from idp.data_requests.rules import (
    Late,
    Terms,
    answer_due,
    done_due,
    late,
    next_due,
    parse_request_number,
    request_number,
    request_series,
)

TERMS = Terms(
    answered_in_working_days=2,
    done_in=timedelta(days=15),
    holidays={date(2026, 4, 30), date(2026, 5, 1)},
)


def at(day: int, month: int = 11, *, hour: int = 9) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("filed", "first_too_late"),
    [
        (at(23), at(26, hour=0)),  # Monday: Tuesday, Wednesday
        (at(26), at(1, 12, hour=0)),  # Thursday: Friday, Monday
        (at(28), at(2, 12, hour=0)),  # Saturday: Monday, Tuesday
        (at(29, 4), at(6, 5, hour=0)),  # before two holidays and a weekend
        (datetime(2026, 11, 23, 17, 30, tzinfo=UTC), at(27, hour=0)),  # Tuesday in Vietnam
    ],
)
def test_an_answer_is_due_after_two_working_days(filed: datetime, first_too_late: datetime) -> None:
    assert answer_due(filed, TERMS) == first_too_late


def test_it_is_done_within_fifteen_days() -> None:
    assert done_due(at(22), TERMS) == at(8, 12, hour=0)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 (the zone is beside)
    st.integers(1, 10),
)
def test_no_term_is_longer_than_the_law_gives(filed: datetime, days: int) -> None:
    terms = Terms(answered_in_working_days=days, done_in=TERMS.done_in, holidays=())
    begins = day_of(filed)
    passed = [
        day
        for number in range(1, 40)
        if (day := begins + timedelta(days=number)) < answer_due(filed, terms).date()
    ]

    assert sum(day.weekday() < 5 for day in passed) == days


ANSWER_DUE = at(26)
DONE_DUE = at(8, 12)


@dataclass(frozen=True)
class Asked:
    answer_due: datetime = ANSWER_DUE
    done_due: datetime = DONE_DUE
    answered_at: datetime | None = None
    finished_at: datetime | None = None


@pytest.mark.parametrize(
    ("asked", "now", "term"),
    [
        (Asked(), at(25), None),
        (Asked(), at(26), Late.ANSWER),
        (Asked(answered_at=at(25)), at(26), None),
        (Asked(answered_at=at(25)), at(8, 12), Late.COMPLETION),
        (Asked(), at(8, 12), Late.ANSWER),
        (Asked(answered_at=at(25), finished_at=at(26)), at(30, 12), None),
    ],
)
def test_a_late_one_is_named_by_its_term(asked: Asked, now: datetime, term: Late | None) -> None:
    assert late(asked, now) is term


def test_what_is_due_next() -> None:
    assert next_due(Asked()) == at(26)
    assert next_due(Asked(answered_at=at(25))) == at(8, 12)


def test_numbers_are_given_by_year_and_read_as_typed() -> None:
    assert request_series(datetime(2026, 12, 31, 17, tzinfo=UTC)) == "YC-2027"
    assert request_number("YC-2026", 12) == "YC-2026-000012"
    assert parse_request_number(" yc 2026 000012") == "YC-2026-000012"
    assert parse_request_number("KN-2026-000012") is None
