"""Whose turn it is for a notice, and for the lock."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.inactivity.rules import NOTICES, Due, InactivityPolicy, due, is_time_to_write

SIGNED_IN = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
POLICY = InactivityPolicy(after=730 * DAY, notice_every=30 * DAY, begins=time(8), ends=time(20))


@pytest.mark.parametrize(
    ("days", "told", "what"),
    [
        (729, [], None),
        (730, [], Due.NOTICE),
        (759, [730], None),
        (760, [730], Due.NOTICE),
        (789, [730, 760], None),
        (790, [730, 760], Due.LOCK),
        (1500, [], Due.NOTICE),  # a worker that slept: nobody is locked unwarned
        (1500, [1499], None),
    ],
)
def test_two_notices_a_month_apart_come_before_the_lock(
    days: int, told: list[int], what: Due | None
) -> None:
    moments = [SIGNED_IN + each * DAY for each in told]

    assert due(SIGNED_IN, moments, SIGNED_IN + days * DAY, POLICY) is what


@given(st.lists(st.integers(1, 400), min_size=1))
def test_nobody_is_locked_with_less_warning(gaps: list[int]) -> None:
    """However irregularly the worker runs."""
    now, told = SIGNED_IN, list[datetime]()
    for gap in gaps:
        now += gap * DAY
        what = due(SIGNED_IN, told, now, POLICY)
        if what is Due.LOCK:
            assert len(told) == NOTICES
            assert now - told[-1] >= POLICY.notice_every
            assert told[1] - told[0] >= POLICY.notice_every
            return
        if what is Due.NOTICE:
            told.append(now)


@pytest.mark.parametrize(
    ("hour", "expected"), [(0, False), (1, True), (12, True), (13, False), (17, False)]
)
def test_people_are_written_to_by_day(hour: int, expected: bool) -> None:  # noqa: FBT001
    """Hours of UTC: Vietnam is seven ahead."""
    assert is_time_to_write(SIGNED_IN.replace(hour=hour), POLICY) is expected
