"""
Whoever asks about a number learns nothing by the answer, whether or not somebody has it.

The same status, headers and bytes, the same password hashes, statements and commands to Redis, and
the same jobs in the queue. What the clock says beside that is measured by `make bench`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import pytest

from idp.core.phone_number import PhoneNumber
from tests.fakes.citizen_site import Browser, Site
from tests.fakes.disputed import STORY
from tests.fakes.observed import Observed, observed
from tests.fakes.residents import Resident

KNOWN: Final = Resident("052190000001", "Nguyễn Thị Bưởi", PhoneNumber("+84912000001"))
"""Has an account."""
UNKNOWN: Final = Resident("052190000099", "Nguyễn Thị Bưởi", PhoneNumber("+84913000001"))
"""Has none. Pages name a phone by its last three digits: both have the same."""
STRANGER: Final = Resident("052090000077", "Trần Văn Lạ", PhoneNumber("+84912000003"))
"""Asks, with a phone of their own."""


@dataclass(frozen=True)
class Question:
    """A form, and what is typed into it about somebody."""

    path: str
    typed: Callable[[Resident], dict[str, str]]


def whose_phone(person: Resident) -> dict[str, str]:
    return {"username": person.number, "phone_number": person.phone.national}


def strangers_phone(person: Resident) -> dict[str, str]:
    return {"username": person.number, "phone_number": STRANGER.phone.national}


def by_details(person: Resident) -> dict[str, str]:
    return person.details


def details_with_strangers_phone(person: Resident) -> dict[str, str]:
    return replace(person, phone=STRANGER.phone).details


def complaint(person: Resident) -> dict[str, str]:
    return details_with_strangers_phone(person) | {"story": STORY, "declared": "yes"}


def complaint_with_whose_phone(person: Resident) -> dict[str, str]:
    return person.details | {"story": STORY, "declared": "yes"}


def wrong_password(person: Resident) -> dict[str, str]:
    return {"username": person.number, "password": "Song Hàn-82 chiềU"}


def for_take_up(person: Resident) -> dict[str, str]:
    return {"identity_number": person.number, "phone_number": STRANGER.phone.national}


FIRST = [
    Question("/login", wrong_password),
    Question("/recover", whose_phone),
    Question("/recover", strangers_phone),
    Question("/recover/other-phone", by_details),
    Question("/recover/other-phone", details_with_strangers_phone),
    Question("/enrol/method", by_details),
    Question("/enrol/method", details_with_strangers_phone),
    Question("/enrol/take-up", for_take_up),
    Question("/dispute", complaint),
    Question("/dispute", complaint_with_whose_phone),
]
PROVED = [
    Question("/recover/other-phone", details_with_strangers_phone),
    Question("/enrol/method", details_with_strangers_phone),
    Question("/dispute", complaint),
]


def called(question: Question) -> str:
    return f"{question.path}-{question.typed.__name__}"


@pytest.fixture
def site(site: Site) -> Site:
    """With the one who has an account, and the carrier's word about all."""
    for person in (KNOWN, UNKNOWN, STRANGER):
        person.subscribe(site)
    KNOWN.keep_account(site)
    return site


def at_the_form(site: Site, question: Question) -> Browser:
    site.redis.flushdb()  # so that nobody's tries count for the next one
    browser = site.from_portal(site.browser(), create=False).open(question.path)
    if browser.page == "/enrol/method":
        browser.submit(subject="citizen", method="mobile")
    return browser


def asked(site: Site, question: Question, person: Resident) -> Observed:
    """What a browser is told that asks about *person*."""
    browser = at_the_form(site, question)
    with observed(site, browser, person.number, person.phone.national) as seen:
        browser.submit(**question.typed(person))
    return seen


def proved(site: Site, question: Question, person: Resident) -> Observed:
    """What a stranger is told who asks about *person*, and proves a phone of their own."""
    browser = at_the_form(site, question)
    browser.submit(**question.typed(person))
    with observed(site, browser, person.number) as seen:
        browser.submit(otp=STRANGER.code(site))
    return seen


@pytest.mark.parametrize("question", FIRST, ids=called)
def test_an_answer_tells_nothing_of_whether_somebody_is_there(
    site: Site, question: Question
) -> None:
    asked(site, question, UNKNOWN)  # so that scripts are loaded and statements are prepared

    known, unknown = asked(site, question, KNOWN), asked(site, question, UNKNOWN)

    assert known.answers == unknown.answers
    assert (known.hashes, known.jobs) == (unknown.hashes, unknown.jobs)
    assert known.commands == unknown.commands
    assert len(known.statements) == len(unknown.statements), known.statements


@pytest.mark.parametrize("question", PROVED, ids=called)
def test_nor_does_the_answer_to_a_phone_that_is_the_askers_own(
    site: Site, question: Question
) -> None:
    proved(site, question, UNKNOWN)

    known, unknown = proved(site, question, KNOWN), proved(site, question, UNKNOWN)

    assert known.answers == unknown.answers
    assert (known.hashes, known.jobs) == (unknown.hashes, unknown.jobs)
    assert known.commands == unknown.commands
    assert len(known.statements) == len(unknown.statements)
