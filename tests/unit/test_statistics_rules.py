"""How counts become numbers: classes of waiting times, the median, what is too small to show."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.statistics.model import EVERYBODY, WAITS, WHOLE_DAY, HourlyCount, Measure, Way
from idp.statistics.rules import (
    SMALLEST_SHOWN,
    beside,
    breakdown,
    days_of,
    median,
    rate,
    rows_of,
    shown,
    signed_in,
    wait_class,
)

LATE = datetime(2026, 11, 21, 18, 30, tzinfo=UTC)  # half past one, the next day in Vietnam


def counted(measure: Measure, detail: str, count: int = 1, client_id: str = "a") -> HourlyCount:
    return HourlyCount(measure, client_id, detail, LATE.replace(minute=0), count)


def test_a_count_stands_in_its_hour_and_day_of_vietnam_for_its_portal_and_for_all() -> None:
    rows = rows_of([counted(Measure.BEGUN, "", 3), counted(Measure.BEGUN, "", 2, "b")])

    day = date(2026, 11, 22)
    assert rows == {
        ("a", 1, day, "begun", ""): 3,
        ("a", WHOLE_DAY, day, "begun", ""): 3,
        ("b", 1, day, "begun", ""): 2,
        ("b", WHOLE_DAY, day, "begun", ""): 2,
        (EVERYBODY, 1, day, "begun", ""): 5,
        (EVERYBODY, WHOLE_DAY, day, "begun", ""): 5,
    }


def test_what_belongs_to_no_portal_is_counted_once() -> None:
    rows = rows_of([counted(Measure.OTP_SENT, "viettel", 4, EVERYBODY)])

    assert sorted(rows.values()) == [4, 4]


def test_a_sign_in_is_one_tick_and_three_counts() -> None:
    tick = signed_in("a", way=Way.ANEW, level=2, waited=timedelta(seconds=25), at=LATE)
    rows = rows_of([counted(tick.measure, tick.detail)])

    of_the_day = {(row[3], row[4]) for row in rows if row[0] == "a" and row[1] == WHOLE_DAY}
    assert of_the_day == {("signed_in", "anew"), ("level", "2"), ("waited", "30")}


def test_who_was_signed_in_already_has_not_waited() -> None:
    tick = signed_in("a", way=Way.SESSION, level=2, waited=None, at=LATE)

    assert "waited" not in {row[3] for row in rows_of([counted(tick.measure, tick.detail)])}


@pytest.mark.parametrize(
    ("seconds", "end"), [(0, 5), (5, 5), (5.1, 10), (600, 600), (10**9, WAITS[-1])]
)
def test_a_waiting_time_has_a_class(seconds: float, end: int) -> None:
    assert wait_class(timedelta(seconds=seconds)) == end


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        ({}, None),
        ({20: 4}, None),
        ({20: 5}, 17.5),
        ({20: 10}, 17.5),
        ({10: 50, 30: 50}, 10),
        ({10: 25, 30: 75}, 20 + 10 * 25 / 75),
        ({86400: 10}, 1800 + (86400 - 1800) / 2),
    ],
)
def test_the_median_lies_within_its_class(classes: dict[int, int], expected: float | None) -> None:
    assert median(classes) == (None if expected is None else pytest.approx(expected))


def test_a_number_that_is_too_small_is_not_shown() -> None:
    assert [shown(count) for count in (0, 1, 4, 5, 1000)] == [0, None, None, 5, 1000]


def test_a_share_of_too_few_is_not_shown_and_none_is_more_than_all() -> None:
    assert [rate(2, 4), rate(0, 0), rate(8, 10), rate(7, 5)] == [None, None, 0.8, 1.0]
    assert [rate(0, 10), rate(4, 5)] == [0.0, None]  # 80 % of five would tell what is not shown


def test_the_days_end_with_the_last() -> None:
    assert days_of(date(2026, 3, 1), 3) == [date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1)]


@pytest.mark.parametrize(
    ("counts", "total", "seen"),
    [
        ([], 0, []),
        ([0, 0], 0, [0, 0]),
        ([5, 7], 12, [5, 7]),
        ([3, 0, 22, 40], 65, [None, 0, None, 40]),
        ([1, 2, 30, 40], 73, [None, None, None, 40]),  # 3 of both: less than may be shown
        ([2, 3, 30], 35, [None, None, 30]),
        ([3, 0], None, [None, 0]),
        ([1, 2], None, [None, None]),
        ([1, 1, 1, 1, 1], None, [None] * 5),
        ([1, 1, 1, 1, 1, 9], 14, [None] * 6),
    ],
)
def test_a_few_are_not_what_a_total_leaves(
    counts: list[int], total: int | None, seen: list[int | None]
) -> None:
    assert breakdown(dict(enumerate(counts))) == (total, dict(enumerate(seen)))


@given(st.lists(st.integers(min_value=0, max_value=9), max_size=8))
def test_what_is_hidden_could_be_otherwise(counts: list[int]) -> None:
    total, kept = breakdown(dict(enumerate(counts)))
    hidden = [count for count, seen in zip(counts, kept.values(), strict=True) if seen is None]

    assert all(seen is None or seen == 0 or seen >= SMALLEST_SHOWN for seen in kept.values())
    assert total in {None, sum(counts)}
    assert 0 not in hidden
    if hidden and total is not None:
        rest = total - sum(seen for seen in kept.values() if seen is not None)
        assert len(hidden) > 1
        assert rest >= SMALLEST_SHOWN
        assert rest > len(hidden)  # else each of them were one


def test_a_hidden_total_is_not_what_the_parts_add_up_to() -> None:
    levels = {1: 0, 2: 22, 3: 9}

    assert beside(levels, 28, None) == {1: 0, 2: 22, 3: None}
    assert beside(levels, 26, 5) == levels
    assert beside({2: None, 3: None, 4: 9}, 28, None) == {2: None, 3: None, 4: 9}
    assert beside({}, None) == {}
