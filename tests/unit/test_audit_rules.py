"""The chain of hashes, and the days it is closed by."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.audit.rules import (
    LATEST,
    START,
    StoredEvent,
    comes_too_late,
    day_to_close,
    last_day_to_drop,
    link,
)
from idp.core.vietnam import day_of, end_of

NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)  # in Vietnam
EVENT = StoredEvent(
    7, NOON, "sign_in_succeeded", "citizen-1", "binh-dinh", {"b": ["pwd", "sms"], "a": "Bưởi"}
)


def test_an_event_is_written_in_one_way() -> None:
    assert EVENT.canonical.decode() == (
        '{"at":"2026-11-22T05:00:00.000000+00:00","citizen_id":"citizen-1",'
        '"client_id":"binh-dinh","details":{"a":"Bưởi","b":["pwd","sms"]},'
        '"id":7,"kind":"sign_in_succeeded"}'
    )
    assert replace(EVENT, details={"a": "Bưởi", "b": ["pwd", "sms"]}).canonical == EVENT.canonical


@given(
    st.sampled_from(
        [
            {"id": 8},
            {"at": NOON + timedelta(microseconds=1)},
            {"kind": "signed_out"},
            {"citizen_id": None},
            {"client_id": "dak-lak"},
            {"details": {}},
        ]
    )
)
def test_every_column_is_in_the_hash(change: dict[str, object]) -> None:
    assert link(START, replace(EVENT, **change)) != link(START, EVENT)  # type: ignore[arg-type]


def test_a_link_depends_on_what_stands_before() -> None:
    first = link(START, EVENT)
    assert link(first, EVENT).hash != link(replace(first, hash=bytes(32)), EVENT).hash
    assert link(first, EVENT).hash != link(replace(first, position=9), EVENT).hash
    assert link(first, EVENT).position == 2


def test_a_transaction_may_end_a_little_later_than_others() -> None:
    assert not comes_too_late(NOON - LATEST, NOON)
    assert comes_too_late(NOON - LATEST - timedelta(seconds=1), NOON)


@pytest.mark.parametrize(
    ("now", "closed"),
    [
        (datetime(2026, 11, 22, 17, 14, tzinfo=UTC), date(2026, 11, 21)),  # 00:14 of the 23rd
        (datetime(2026, 11, 22, 17, 15, tzinfo=UTC), date(2026, 11, 22)),
        (datetime(2026, 11, 23, 16, 59, tzinfo=UTC), date(2026, 11, 22)),
    ],
)
def test_a_day_is_closed_when_nothing_of_it_can_come(now: datetime, closed: date) -> None:
    assert day_to_close(now) == closed
    assert end_of(closed) + LATEST <= now


@given(st.datetimes(datetime(2026, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 (the zone is given beside)
def test_nothing_is_dropped_that_has_to_be_kept(now: datetime) -> None:
    kept = timedelta(days=1826)
    last = last_day_to_drop(now, kept)

    # What the root of that day covers: up to when it was written, at the latest a day afterwards.
    assert end_of(last) + timedelta(days=1) <= now - kept
    assert day_of(now) - last < timedelta(days=1830)
