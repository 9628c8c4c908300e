"""A wait that is told is never too short."""

from datetime import timedelta

import pytest

from idp.core.waiting import whole_minutes, whole_seconds
from idp.throttling.ports import BudgetSpent


@pytest.mark.parametrize(
    ("wait", "minutes", "seconds"),
    [
        (timedelta(seconds=-1), 1, 0),
        (timedelta(), 1, 0),
        (timedelta(milliseconds=1), 1, 1),
        (timedelta(seconds=60), 1, 60),
        (timedelta(seconds=60, milliseconds=1), 2, 61),
    ],
)
def test_a_wait_is_rounded_up(wait: timedelta, minutes: int, seconds: int) -> None:
    assert (whole_minutes(wait), whole_seconds(wait)) == (minutes, seconds)
    spent = BudgetSpent("any", wait, first=True)
    assert (spent.minutes, spent.seconds) == (minutes, max(1, seconds))
