from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from idp.core.vietnam import day_of, end_of, minute, second, start_of, written

EVENING = datetime(2026, 12, 31, 17, 4, 5, tzinfo=UTC)


def test_the_year_begins_here_while_it_is_evening_in_utc() -> None:
    assert day_of(EVENING) == date(2027, 1, 1)
    assert start_of(date(2027, 1, 1)) == datetime(2026, 12, 31, 17, tzinfo=UTC)
    assert minute(EVENING) == "2027-01-01 00:04"
    assert second(EVENING) == "2027-01-01 00:04:05"
    assert written(EVENING) == "00:04 01/01/2027"


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_a_day_lasts_from_its_first_moment_to_the_next_days(day: date) -> None:
    tick = timedelta(microseconds=1)

    assert day_of(start_of(day)) == day == day_of(end_of(day) - tick)
    assert end_of(day) == start_of(day + timedelta(days=1))
