"""The order of an enrolment's pages."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from idp.carriers.model import Outcome
from idp.core.identity_number import IdentityNumberKind
from idp.enrolment.rules import (
    REPAIR,
    Page,
    answers_shown,
    may_ask_with_old_number,
    may_show,
    next_page,
    phone_proved,
)

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
PROVES_FOR = timedelta(minutes=15)
FRESH = NOW - timedelta(minutes=14)
STALE = NOW - timedelta(minutes=15)


@dataclass(frozen=True)
class Typed:
    phone_confirmed_at: datetime | None = None
    outcome: Outcome | None = None


def due(pending: Typed | None, *, has_account: bool = False, enrolled: bool = False) -> Page:
    return next_page(
        pending, has_account=has_account, enrolled=enrolled, now=NOW, proves_for=PROVES_FOR
    )


@pytest.mark.parametrize(
    ("pending", "page"),
    [
        (None, Page.METHOD),
        (Typed(), Page.OTP),
        (Typed(STALE), Page.OTP),
        (Typed(FRESH), Page.WAITING),
        (Typed(FRESH, Outcome.MISMATCH), Page.MISMATCH),
        (Typed(FRESH, Outcome.NOT_AVAILABLE), Page.NOT_AVAILABLE),
        (Typed(FRESH, Outcome.NOT_SUBSCRIBER), Page.NOT_SUBSCRIBER),
        (Typed(FRESH, Outcome.MATCH), Page.PASSWORD),
    ],
)
def test_each_fact_brings_the_next_page(pending: Typed | None, page: Page) -> None:
    assert due(pending) is page


@pytest.mark.parametrize(
    ("confirmed_at", "outcome"), list(product([None, STALE], [None, *Outcome]))
)
def test_without_a_fresh_proof_of_the_phone_nothing_is_told(
    confirmed_at: datetime | None, outcome: Outcome | None
) -> None:
    told = {due(Typed(confirmed_at, outcome), has_account=known) for known in (True, False)}

    assert told == {Page.OTP}


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome != "match"])
def test_without_a_match_nobody_learns_of_an_account(outcome: Outcome) -> None:
    pending = Typed(FRESH, outcome)

    assert due(pending, has_account=True) is due(pending, has_account=False)


def test_an_account_is_named_after_a_match() -> None:
    assert due(Typed(FRESH, Outcome.MATCH), has_account=True) is Page.EXISTS


def test_after_the_end_there_is_only_the_last_page() -> None:
    assert due(None, enrolled=True) is Page.DONE
    assert [page for page in Page if may_show(page, Page.DONE)] == [Page.DONE]


def test_before_the_end_the_answers_can_be_changed() -> None:
    assert [page for page in Page if may_show(page, Page.PASSWORD)] == [
        Page.METHOD,
        Page.MOBILE,
        Page.PASSWORD,
    ]


def test_answers_of_an_earlier_visit_stay_hidden_until_the_phone_is_proved() -> None:
    def shown(pending: Typed, *, typed_here: bool) -> bool:
        return answers_shown(pending, typed_here=typed_here, now=NOW, proves_for=PROVES_FOR)

    assert shown(Typed(), typed_here=True)
    assert not shown(Typed(), typed_here=False)
    assert not shown(Typed(STALE), typed_here=False)
    assert shown(Typed(FRESH), typed_here=False)


def test_a_proof_ends_on_the_minute() -> None:
    assert phone_proved(FRESH, NOW, PROVES_FOR)
    assert not phone_proved(STALE, NOW, PROVES_FOR)
    assert not phone_proved(None, NOW, PROVES_FOR)


@dataclass(frozen=True)
class Answered:
    outcome: Outcome | None = Outcome.MISMATCH
    differing: tuple[str, ...] = ("identity_number",)
    number_kind: IdentityNumberKind = IdentityNumberKind.CCCD
    old_number_asked: bool = False


@pytest.mark.parametrize(
    ("answered", "may"),
    [
        (Answered(), True),
        (Answered(differing=("birth_date", "identity_number")), True),
        (Answered(old_number_asked=True), False),
        (Answered(differing=("full_name",)), False),
        (Answered(differing=("birth_date",)), False),
        (Answered(number_kind=IdentityNumberKind.CMND), False),
        (Answered(outcome=None), False),
        (Answered(outcome=Outcome.MATCH), False),
        (Answered(outcome=Outcome.NOT_AVAILABLE), False),
    ],
)
def test_an_old_number_is_asked_about_once_where_a_cccd_differs(
    *, answered: Answered, may: bool
) -> None:
    assert may_ask_with_old_number(answered) is may


def test_a_repair_is_wherever_a_carrier_is_waited_for() -> None:
    waiting = {due(Typed(FRESH, outcome)) for outcome in [None, *Outcome]}

    assert waiting - {Page.PASSWORD} == REPAIR
