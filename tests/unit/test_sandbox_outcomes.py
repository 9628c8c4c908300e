"""The outcomes that portals' teams try: each has a person, both languages, and true numbers."""

from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pytest

import sandbox
from sandbox.outcomes import Outcome, read_outcomes
from sandbox.people import Kind, read_people
from sandbox.phone.texts import TEXTS, Language
from sandbox.tempers import read_tempers
from tests.fakes.carrier_client import sandbox_with_client

README = Path(sandbox.__file__).with_name("README.md")
PEOPLE = read_people(read_tempers(), datetime(2026, 11, 20, 3, 0, tzinfo=UTC))
OUTCOMES = read_outcomes(PEOPLE)


def of_kind(kind: Kind) -> Outcome:
    return next(outcome for outcome in OUTCOMES if outcome.person.kind is kind)


def test_each_outcome_has_a_person_to_itself() -> None:
    assert len(OUTCOMES) == 10
    assert len({outcome.person.types.phone_number for outcome in OUTCOMES}) == len(OUTCOMES)


def test_what_is_said_of_a_person_is_true_of_that_person() -> None:
    name = of_kind(Kind.LONG_NAME)
    year = of_kind(Kind.BIRTH_YEAR_ONLY)

    assert f" {len(name.person.types.full_name)} " in name.sees
    assert f" {len(name.person.types.full_name)} " in name.sees_en
    assert year.person.types.birth_date in year.sees
    assert year.person.types.birth_date in year.sees_en
    assert of_kind(Kind.NAME_DIFFERS).name == "Nhà mạng không khớp"


@pytest.mark.parametrize("language", Language)
def test_the_page_says_whom_to_be_what_to_do_and_what_comes(language: Language) -> None:
    response = sandbox_with_client().http.get("/outcomes", query_string={"lang": language})
    shown = unescape(response.text)

    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert TEXTS[language]["simulation"] in shown
    english = language is Language.ENGLISH
    for outcome in OUTCOMES:
        for said in (
            outcome.name_en if english else outcome.name,
            outcome.do_en if english else outcome.do,
            outcome.sees_en if english else outcome.sees,
            outcome.person.types.identity_number,
        ):
            assert said in shown


def test_the_phone_page_leads_there_and_the_readme_says_the_same() -> None:
    assert 'href="/outcomes"' in sandbox_with_client().http.get("/").text
    readme = README.read_text("utf-8")
    for outcome in OUTCOMES:
        assert f"| {outcome.do_en} | {outcome.sees_en} |" in readme
