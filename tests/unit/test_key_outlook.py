"""When the end of a signing key asks for somebody."""

from datetime import timedelta

import pytest

from idp.key_ring.rules import Urgency, count_urgent, outlook
from idp.signing import rules
from idp.signing.model import KeyRing, KeyState, RotationPolicy
from tests.fakes.signing_keys import NOON, named_material

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
POLICY = RotationPolicy(active=90 * DAY, publish_after_retirement=25 * HOUR)
RING = rules.add_first(KeyRing(), named_material("first"), now=NOON)


@pytest.mark.parametrize(
    ("age", "urgency"),
    [
        (0 * DAY, Urgency.NONE),
        (60 * DAY - HOUR, Urgency.NONE),
        (60 * DAY, Urgency.SOON),
        (83 * DAY - HOUR, Urgency.SOON),
        (83 * DAY, Urgency.NEAR),
        (90 * DAY, Urgency.MISSED),
    ],
)
def test_the_end_of_the_last_key_comes_nearer(age: timedelta, urgency: Urgency) -> None:
    (only,) = outlook(RING, NOON + age, POLICY)

    assert only.urgency is urgency


def test_a_key_of_a_week_is_not_near_its_end_all_the_time() -> None:
    policy = RotationPolicy(active=7 * DAY, publish_after_retirement=25 * HOUR)

    assert [outlook(RING, NOON + days * DAY, policy)[0].urgency for days in (0, 4, 5, 6.5, 7)] == [
        Urgency.NONE,
        Urgency.NONE,
        Urgency.SOON,
        Urgency.NEAR,
        Urgency.MISSED,
    ]


def test_a_key_with_a_successor_asks_for_nobody() -> None:
    late = NOON + 89 * DAY
    ring = rules.announce(RING, named_material("second"), now=late, policy=POLICY)

    assert [(each.key.kid, each.urgency) for each in outlook(ring, late, POLICY)] == [
        ("first", Urgency.NONE),
        ("second", Urgency.NONE),
    ]
    assert count_urgent(RING, late, POLICY) == 1
    assert count_urgent(ring, late, POLICY) == 0


def test_a_retired_key_is_told_to_the_end() -> None:
    ring = rules.rotate_now(RING, named_material("second"), now=NOON + DAY)

    first, second = outlook(ring, NOON + DAY, POLICY)

    assert (first.key.state, first.next.at) == (KeyState.RETIRED, NOON + DAY + 25 * HOUR)
    assert (second.key.state, second.next.at) == (KeyState.ACTIVE, NOON + 91 * DAY)
    assert len(outlook(ring, NOON + 3 * DAY, POLICY)) == 1
