"""The order of the pages, the numbers of cases, and what operators may decide when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from idp.carriers.model import Outcome
from idp.disputes.model import DisputeOutcome
from idp.disputes.rules import (
    FollowPage,
    Page,
    Ruling,
    case_number,
    case_series,
    may_show,
    next_follow_page,
    next_page,
    parse_case_number,
    rule_on,
)
from idp.interactions.progress import FollowProgress
from tests.fakes.people import NOON

KEEP, TRANSFER = DisputeOutcome.KEEP, DisputeOutcome.TRANSFER
PROVES_FOR = timedelta(minutes=15)


@dataclass(frozen=True)
class Typed:
    phone_confirmed_at: datetime | None = NOON
    outcome: Outcome | None = Outcome.MATCH


def due(
    typed: Typed | None, *, has_account: bool = True, decided: bool = False, filed: bool = False
) -> Page:
    return next_page(
        typed,
        has_account=has_account,
        decided=decided,
        filed=filed,
        now=NOON,
        proves_for=PROVES_FOR,
    )


@pytest.mark.parametrize(
    ("typed", "page"),
    [
        (None, Page.START),
        (Typed(phone_confirmed_at=None), Page.OTP),
        (Typed(phone_confirmed_at=NOON - PROVES_FOR), Page.OTP),
        (Typed(outcome=None), Page.WAITING),
        (Typed(outcome=Outcome.MISMATCH), Page.MISMATCH),
        (Typed(outcome=Outcome.NOT_AVAILABLE), Page.NOT_AVAILABLE),
        (Typed(outcome=Outcome.NOT_SUBSCRIBER), Page.NOT_SUBSCRIBER),
        (Typed(), Page.CHECK),
    ],
)
def test_each_page_has_its_turn(typed: Typed | None, page: Page) -> None:
    assert due(typed) is page


def test_a_decision_is_told_after_the_carrier_s_word_alone() -> None:
    assert due(Typed(), decided=True) is Page.DECIDED
    assert due(Typed(outcome=Outcome.MISMATCH), decided=True) is Page.MISMATCH
    assert due(Typed(), decided=True, filed=True) is Page.DONE


@pytest.mark.parametrize(
    "typed",
    [None, Typed(phone_confirmed_at=None), Typed(outcome=None), Typed(outcome=Outcome.MISMATCH)],
)
def test_whether_there_is_an_account_shows_after_the_match_alone(typed: Typed | None) -> None:
    assert due(typed, has_account=True) is due(typed, has_account=False)
    assert due(Typed(), has_account=False) is Page.NO_ACCOUNT


def test_a_case_that_is_filed_is_done() -> None:
    assert due(None, filed=True) is Page.DONE
    assert not may_show(Page.START, Page.DONE)
    assert not may_show(Page.CHECK, Page.OTP)
    assert may_show(Page.START, Page.CHECK)


@pytest.mark.parametrize(
    ("progress", "lives", "page"),
    [
        (None, False, FollowPage.START),
        (FollowProgress("KN-2026-000001", "c"), True, FollowPage.OTP),
        (FollowProgress(None, "c"), True, FollowPage.OTP),
        (FollowProgress(None, "c"), False, FollowPage.START),
        (FollowProgress("KN-2026-000001", None, NOON), False, FollowPage.CASE),
        (FollowProgress("KN-2026-000001", None, NOON - PROVES_FOR), False, FollowPage.START),
    ],
)
def test_a_case_is_shown_after_a_right_code_for_a_while(
    progress: FollowProgress | None, *, lives: bool, page: FollowPage
) -> None:
    found = next_follow_page(progress, challenge_lives=lives, now=NOON, proves_for=PROVES_FOR)

    assert found is page


def test_a_year_begins_when_it_does_in_vietnam() -> None:
    midnight = datetime(2026, 12, 31, 17, tzinfo=UTC)

    assert case_series(midnight - timedelta(seconds=1)) == "KN-2026"
    assert case_number(case_series(midnight), 123) == "KN-2027-000123"


@pytest.mark.parametrize(
    "typed", ["KN-2026-000123", " kn 2026 000123", "KN2026000123", "kn–2026–000123"]
)
def test_a_case_number_is_read_as_people_type_it(typed: str) -> None:
    assert parse_case_number(typed) == "KN-2026-000123"


@pytest.mark.parametrize(
    "typed", ["", "KN-2026", "2026-000123", "KN-2026-0001234", "BV-2026-000123"]
)
def test_anything_else_is_no_case_number(typed: str) -> None:
    assert parse_case_number(typed) is None


@pytest.mark.parametrize(
    ("standing", "by", "outcome", "ruling"),
    [
        ({}, "lan", KEEP, Ruling.FIRST),
        ({"lan": KEEP}, "lan", KEEP, Ruling.DECIDED_ALREADY),
        ({"lan": KEEP}, "lan", TRANSFER, Ruling.DECIDED_ALREADY),
        ({"lan": KEEP}, "huong", KEEP, Ruling.AGREED),
        ({"lan": KEEP}, "huong", TRANSFER, Ruling.DIFFERENT),
    ],
)
def test_two_different_operators_decide_the_same(
    standing: Mapping[str, DisputeOutcome], by: str, outcome: DisputeOutcome, ruling: Ruling
) -> None:
    found = rule_on(
        outcome, by, standing=standing, holder_until=NOON, holder_answered=False, now=NOON
    )

    assert found is ruling


@pytest.mark.parametrize(("answered", "ruling"), [(False, Ruling.TOO_EARLY), (True, Ruling.FIRST)])
def test_the_holder_s_time_is_waited_for_unless_the_holder_has_answered(
    *, answered: bool, ruling: Ruling
) -> None:
    found = rule_on(
        KEEP,
        "lan",
        standing={},
        holder_until=NOON + timedelta(seconds=1),
        holder_answered=answered,
        now=NOON,
    )

    assert found is ruling
