from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from idp.carriers import rules
from idp.carriers.model import Attribute, Outcome, RecordAnswer, Spelling, Verdict
from idp.core.full_name import FullName
from idp.core.phone_number import PhoneNumber

TRUE, FALSE, NOT_AVAILABLE = Verdict.TRUE, Verdict.FALSE, Verdict.NOT_AVAILABLE
ID, NAME, BORN = Attribute.IDENTITY_NUMBER, Attribute.FULL_NAME, Attribute.BIRTH_DATE
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CARRIERS = ("viettel", "vinaphone", "mobifone")


@pytest.mark.parametrize(
    ("national", "order"),
    [
        ("0912000001", ("vinaphone", "viettel", "mobifone")),
        ("0862000001", ("viettel", "vinaphone", "mobifone")),
        ("0552000001", CARRIERS),
        ("0592000001", CARRIERS),
    ],
)
def test_the_prefix_says_who_is_asked_first_and_hides_nobody(
    national: str, order: tuple[str, ...]
) -> None:
    prefixes = {"091": "vinaphone", "086": "viettel", "059": "gmobile"}

    assert rules.asking_order(PhoneNumber.parse(national), CARRIERS, prefixes) == order


@pytest.mark.parametrize(
    ("number", "name", "born", "outcome", "differing"),
    [
        (TRUE, TRUE, TRUE, Outcome.MATCH, set()),
        (TRUE, TRUE, NOT_AVAILABLE, Outcome.MATCH, set()),
        (TRUE, TRUE, FALSE, Outcome.MISMATCH, {BORN}),
        (TRUE, FALSE, TRUE, Outcome.MISMATCH, {NAME}),
        (TRUE, FALSE, NOT_AVAILABLE, Outcome.MISMATCH, {NAME}),
        (TRUE, FALSE, FALSE, Outcome.MISMATCH, {NAME, BORN}),
        (FALSE, TRUE, TRUE, Outcome.MISMATCH, {ID}),
        (FALSE, FALSE, TRUE, Outcome.MISMATCH, {ID}),
        (FALSE, NOT_AVAILABLE, NOT_AVAILABLE, Outcome.MISMATCH, {ID}),
        (FALSE, TRUE, FALSE, Outcome.MISMATCH, {ID, BORN}),
        (NOT_AVAILABLE, TRUE, TRUE, Outcome.NOT_AVAILABLE, set()),
        (NOT_AVAILABLE, FALSE, FALSE, Outcome.NOT_AVAILABLE, set()),
        (TRUE, NOT_AVAILABLE, TRUE, Outcome.NOT_AVAILABLE, set()),
    ],
)
def test_what_an_answer_comes_to(
    number: Verdict, name: Verdict, born: Verdict, outcome: Outcome, differing: set[Attribute]
) -> None:
    answer = RecordAnswer(number, name, born)

    assert rules.outcome_of(answer) is outcome
    assert rules.differing(answer, unaccented=False) == differing


def test_only_a_confirmed_number_and_name_ever_match() -> None:
    matching = {
        (number, name, born)
        for number, name, born in product(Verdict, repeat=3)
        if rules.outcome_of(RecordAnswer(number, name, born)) is Outcome.MATCH
    }

    assert matching == {(TRUE, TRUE, TRUE), (TRUE, TRUE, NOT_AVAILABLE)}


@pytest.mark.parametrize("unaccented", [True, False])
def test_every_mismatch_names_what_differs_and_nothing_that_was_confirmed(
    unaccented: bool,  # noqa: FBT001
) -> None:
    for number, name, born in product(Verdict, repeat=3):
        answer = RecordAnswer(number, name, born)
        differing = rules.differing(answer, unaccented=unaccented)

        assert bool(differing) is (rules.outcome_of(answer) is Outcome.MISMATCH)
        assert not differing & rules.confirmed(answer)


def test_an_unaccented_record_does_not_blame_the_name_for_a_wrong_birth_date() -> None:
    answer = RecordAnswer(TRUE, FALSE, FALSE)

    assert rules.differing(answer, unaccented=True) == {BORN}


def spellings(name: str, answer: RecordAnswer, *, unaccented: bool) -> list[tuple[Spelling, str]]:
    """Everything that is asked while the carrier keeps answering *answer*."""
    full_name = FullName.parse(name)
    attempt: rules.NameAttempt | None = rules.first_attempt(full_name)
    asked = []
    while attempt is not None:
        asked.append((attempt.spelling, attempt.name))
        attempt = rules.next_attempt(full_name, attempt.spelling, answer, unaccented=unaccented)
    return asked


TYPED = (Spelling.AS_TYPED, "Nguyễn Văn Hòa")
VARIANT = (Spelling.TONE_VARIANT, "Nguyễn Văn Hoà")
ASCII = (Spelling.ASCII, "NGUYEN VAN HOA")


@pytest.mark.parametrize(
    ("answer", "unaccented", "asked"),
    [
        (RecordAnswer(TRUE, TRUE, TRUE), True, [TYPED]),
        (RecordAnswer(TRUE, FALSE, TRUE), False, [TYPED, VARIANT]),
        (RecordAnswer(TRUE, FALSE, TRUE), True, [TYPED, VARIANT, ASCII]),
        (RecordAnswer(TRUE, FALSE, NOT_AVAILABLE), True, [TYPED, VARIANT]),
        (RecordAnswer(TRUE, FALSE, FALSE), True, [TYPED, VARIANT]),
        (RecordAnswer(FALSE, FALSE, TRUE), True, [TYPED]),
        (RecordAnswer(NOT_AVAILABLE, FALSE, TRUE), True, [TYPED]),
        (RecordAnswer(TRUE, NOT_AVAILABLE, TRUE), True, [TYPED]),
    ],
)
def test_which_spellings_are_asked(
    answer: RecordAnswer,
    unaccented: bool,  # noqa: FBT001
    asked: list[tuple[Spelling, str]],
) -> None:
    assert spellings("Nguyễn Văn Hòa", answer, unaccented=unaccented) == asked


def test_a_name_without_a_variant_goes_straight_to_ascii() -> None:
    answer = RecordAnswer(TRUE, FALSE, TRUE)

    assert [spelling for spelling, _ in spellings("Trần Thị Bưởi", answer, unaccented=True)] == [
        Spelling.AS_TYPED,
        Spelling.ASCII,
    ]


def test_a_name_typed_without_marks_is_not_asked_twice() -> None:
    answer = RecordAnswer(TRUE, FALSE, TRUE)

    assert len(spellings("Nguyen Van An", answer, unaccented=True)) == 1


@pytest.mark.parametrize(
    ("changed_hours_ago", "monitored_days", "window_hours", "expected"),
    [
        (20, None, 72, True),
        (72, None, 72, True),
        (73, None, 72, False),
        (None, 30, 72, False),
        (None, 3, 72, False),
        (None, 2, 72, None),
        (None, None, 72, None),
    ],
)
def test_a_sim_change_is_known_only_within_the_monitored_period(
    changed_hours_ago: int | None,
    monitored_days: int | None,
    window_hours: int,
    expected: bool | None,  # noqa: FBT001
) -> None:
    changed = rules.sim_changed(
        None if changed_hours_ago is None else NOW - timedelta(hours=changed_hours_ago),
        None if monitored_days is None else timedelta(days=monitored_days),
        now=NOW,
        window=timedelta(hours=window_hours),
    )

    assert changed is expected
