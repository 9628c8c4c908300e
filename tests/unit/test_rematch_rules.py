"""What a carrier's second answer says, and when the night is."""

from datetime import UTC, datetime, time

import pytest

from idp.carriers.model import Attribute, MatchOutcome, Outcome
from idp.rematch.rules import Finding, finding_of, is_night

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("outcome", "differing", "finding"),
    [
        (Outcome.MATCH, (), Finding.STILL_HELD),
        (Outcome.MISMATCH, (Attribute.IDENTITY_NUMBER,), Finding.HOLDER_CHANGED),
        (
            Outcome.MISMATCH,
            (Attribute.IDENTITY_NUMBER, Attribute.BIRTH_DATE),
            Finding.HOLDER_CHANGED,
        ),
        # The same person's record, which was mended or spoilt.
        (Outcome.MISMATCH, (Attribute.FULL_NAME,), Finding.UNDECIDED),
        (Outcome.MISMATCH, (Attribute.BIRTH_DATE,), Finding.UNDECIDED),
        (Outcome.MISMATCH, (), Finding.UNDECIDED),
        (Outcome.NOT_AVAILABLE, (), Finding.UNDECIDED),
        (Outcome.NOT_SUBSCRIBER, (), Finding.SILENT),
    ],
)
def test_only_another_identity_number_is_another_person(
    outcome: Outcome, differing: tuple[Attribute, ...], finding: Finding
) -> None:
    assert finding_of(answer(outcome, *differing)) is finding


@pytest.mark.parametrize(
    ("said", "finding"),
    [
        (Outcome.MATCH, Finding.STILL_HELD),
        (Outcome.MISMATCH, Finding.UNDECIDED),
        (Outcome.NOT_SUBSCRIBER, Finding.SILENT),
    ],
)
def test_beside_the_old_number_another_one_is_most_likely_the_same_persons(
    said: Outcome, finding: Finding
) -> None:
    assert finding_of(answer(said, Attribute.IDENTITY_NUMBER), by_old_number=True) is finding


def answer(outcome: Outcome, *differing: Attribute) -> MatchOutcome:
    return MatchOutcome(
        outcome=outcome,
        carrier="viettel",
        differing=frozenset(differing),
        spelling=None,
        attributes=frozenset(),
        reference="question-1",
        checked_at=NOON,
        asked=("viettel",),
    )


@pytest.mark.parametrize(
    ("hour", "begins", "ends", "expected"),
    [
        (15, time(22), time(5), True),  # 22:00 in Vietnam
        (21, time(22), time(5), True),  # 04:00 of the next day
        (22, time(22), time(5), False),  # 05:00
        (14, time(22), time(5), False),  # 21:00
        (18, time(1), time(4), True),
        (21, time(1), time(4), False),
    ],
)
def test_the_night_is_vietnams_and_may_span_midnight(
    hour: int, begins: time, ends: time, *, expected: bool
) -> None:
    assert is_night(NOON.replace(hour=hour), begins, ends) is expected
