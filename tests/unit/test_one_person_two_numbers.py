"""When two numbers are one person's, and what has to be confirmed before they are one account's."""

from datetime import UTC, datetime

import pytest

from idp.account.identity_numbers.rules import missing_kind
from idp.carriers.model import Attribute, MatchOutcome, Outcome, Spelling
from idp.carriers.rules import ties_number_to_person
from idp.citizens.rules import is_same_person
from idp.core.birth_date import BirthDate
from idp.core.full_name import FullName
from idp.core.identity_number import IdentityNumber, IdentityNumberKind
from tests.fakes.people import citizen_of

CCCD, CMND = IdentityNumberKind.CCCD, IdentityNumberKind.CMND
BORN = BirthDate(1975, 5, 5)


@pytest.mark.parametrize(
    ("held", "number", "name", "born", "same"),
    [
        (["210000005"], "052075000005", "Võ Văn Xưa", BORN, True),
        (["210000005"], "052075000005", "  VÕ VĂN   XƯA", BORN, True),
        (["052075000005"], "210000005", "Võ Văn Xưa", BORN, True),
        (["210000005"], "052075000005", "Võ Văn Xứa", BORN, False),
        (["210000005"], "052075000005", "Võ Văn Xưa", BirthDate(1975, 5, 6), False),
        # Two people may share name and birth date; two CCCD are two people.
        (["052075000009"], "052075000005", "Võ Văn Xưa", BORN, False),
        (["052075000009", "210000005"], "052075000005", "Võ Văn Xưa", BORN, False),
    ],
)
def test_one_person_has_one_name_one_birth_and_one_number_of_a_kind(
    *, held: list[str], number: str, name: str, born: BirthDate, same: bool
) -> None:
    citizen = citizen_of(numbers=held, name="Võ Văn Xưa", birth_date="1975-05-05")

    assert is_same_person(citizen, IdentityNumber(number), FullName.parse(name), born) is same


def test_a_year_of_birth_alone_names_nobody() -> None:
    citizen = citizen_of(numbers=["210000005"], name="Võ Văn Xưa", birth_date="1975")

    assert not is_same_person(
        citizen, IdentityNumber("052075000005"), FullName.parse("Võ Văn Xưa"), BirthDate(1975)
    )


@pytest.mark.parametrize(
    ("held", "missing"),
    [
        ({CCCD}, CMND),
        ({CMND}, CCCD),
        ({CCCD, CMND}, None),
        (set(), None),
    ],
)
def test_what_can_be_added_is_the_other_kind(
    held: set[IdentityNumberKind], missing: IdentityNumberKind | None
) -> None:
    assert missing_kind(frozenset(held)) is missing


def found(outcome: Outcome, *confirmed: Attribute) -> MatchOutcome:
    return MatchOutcome(
        outcome=outcome,
        carrier="viettel",
        differing=frozenset(),
        spelling=Spelling.AS_TYPED,
        attributes=frozenset(confirmed),
        reference="question-1",
        checked_at=datetime(2026, 11, 22, tzinfo=UTC),
        asked=("viettel",),
    )


@pytest.mark.parametrize(
    ("answer", "ties"),
    [
        (found(Outcome.MATCH, *Attribute), True),
        (found(Outcome.MATCH, Attribute.IDENTITY_NUMBER, Attribute.FULL_NAME), False),
        (found(Outcome.MISMATCH, Attribute.FULL_NAME, Attribute.BIRTH_DATE), False),
        (found(Outcome.NOT_AVAILABLE), False),
        (found(Outcome.NOT_SUBSCRIBER), False),
    ],
)
def test_a_number_is_tied_to_a_person_by_name_and_birth_date(
    *, answer: MatchOutcome, ties: bool
) -> None:
    assert ties_number_to_person(answer) is ties
