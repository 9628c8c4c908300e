"""When an undelivered logout token is sent again, and what an answer means."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.backchannel.model import DeliveryState
from idp.backchannel.rules import (
    LONGEST_WAIT,
    TRIED_FOR,
    answered,
    may_be_here,
    next_attempt,
    unanswered,
    wait_after,
)
from idp.relying_parties.registration import parse_registration
from tests.fakes.registrations import BASIC, registration

CREATED = datetime(2026, 11, 21, 9, 12, tzinfo=UTC)
jitters = st.floats(0, 1, exclude_max=True)


@pytest.mark.parametrize(
    ("attempts", "seconds"),
    [(1, 4), (2, 12), (3, 36), (4, 108), (5, 324), (6, 972), (7, 2916), (8, 3600), (5000, 3600)],
)
def test_each_wait_is_three_times_the_last_up_to_an_hour(attempts: int, seconds: int) -> None:
    assert wait_after(attempts, 0) == timedelta(seconds=seconds)


@given(attempts=st.integers(1, 10_000), jitter=jitters)
def test_jitter_takes_off_up_to_half(attempts: int, jitter: float) -> None:
    full = wait_after(attempts, 0)

    assert full / 2 <= wait_after(attempts, jitter) <= full <= LONGEST_WAIT


@given(st.lists(jitters, min_size=100, max_size=100))
def test_tries_fill_a_day_and_end_with_it(rolls: list[float]) -> None:
    now, attempts = CREATED, 0
    for jitter in rolls:
        attempts += 1
        at = next_attempt(CREATED, attempts, now, jitter)
        if at is None:
            break
        assert at > now
        now = at

    assert CREATED + TRIED_FOR - LONGEST_WAIT <= now <= CREATED + TRIED_FOR
    assert 24 <= attempts < 100


def test_after_a_day_it_is_given_up_with_its_last_reason() -> None:
    outcome = unanswered(
        "timeout", created_at=CREATED, attempts=30, now=CREATED + TRIED_FOR, jitter=0
    )

    assert (outcome.state, outcome.error) == (DeliveryState.GAVE_UP, "timeout")
    assert outcome.next_attempt_at is None


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (200, DeliveryState.DELIVERED),
        (204, DeliveryState.DELIVERED),
        (400, DeliveryState.FAILED),
        *((s, DeliveryState.PENDING) for s in (201, 301, 303, 401, 403, 404, 429, 500, 503)),
    ],
)
def test_what_an_answer_means(status: int, state: DeliveryState) -> None:
    assert answered(status) is state


@pytest.mark.parametrize(
    ("uri", "dynamic", "allowed"),
    [
        ("http://localhost:8401/x", False, True),
        ("http://127.0.0.1/x", False, True),
        ("http://[::1]/x", False, True),
        ("http://localhost:8401/x", True, False),
        ("https://portal.example/x", False, False),
        ("https://localhost.example/x", False, False),
    ],
)
def test_only_an_operators_registration_leads_to_this_machine(
    uri: str,
    dynamic: bool,  # noqa: FBT001
    allowed: bool,  # noqa: FBT001
) -> None:
    relying_party = parse_registration(registration(BASIC)).relying_party

    assert may_be_here(replace(relying_party, dynamic=dynamic), uri) is allowed
