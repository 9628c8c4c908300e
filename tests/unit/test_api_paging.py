"""Where a page begins: what `next` said, and nothing that a database could not compare."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from idp.api.paging import moment_cursor, page, read_moment_cursor, read_number
from idp.api.problems import Problem

NOON = datetime(2026, 11, 22, 12, tzinfo=timezone(timedelta(hours=7)))


def test_a_page_tells_where_the_next_one_begins() -> None:
    assert page([1, 2, 3], 2, str) == ([1, 2], "2")
    assert page([1, 2], 2, str) == ([1, 2], None)
    assert page([], 2, str) == ([], None)


def test_a_moment_comes_back() -> None:
    assert read_moment_cursor(None) is None
    found = read_moment_cursor(moment_cursor(NOON, "KN-2026-000001~x"))

    assert found == (NOON.astimezone(UTC), "KN-2026-000001~x")


@pytest.mark.parametrize(
    "after",
    [
        "",
        "~x",
        "2026-11-22~x",
        "2026-11-22T00:00:00~x",
        "2026-11-22T00:00:00Z",
        "0001-01-01T00:00:00+14:00~x",
        "9999-12-31T23:59:59-14:00~x",
    ],
)
def test_another_moment_is_refused(after: str) -> None:
    with pytest.raises(Problem):
        read_moment_cursor(after)


def test_a_number_is_one_that_a_column_can_hold() -> None:
    assert read_number("0") == 0
    assert read_number("2147483647") == 2**31 - 1
    for after in ("2147483648", "9" * 5000, "-1", "1.0", "", "x", "²", "١"):
        with pytest.raises(Problem):
            read_number(after)
