"""What of a person may not be in the person's password."""

import pytest

from idp.citizens.password_rules import PasswordProblem, known_of, password_problems
from idp.core.birth_date import BirthDate
from idp.core.full_name import FullName
from idp.core.identity_number import IdentityNumber
from idp.core.phone_number import PhoneNumber

KNOWN = known_of(
    [IdentityNumber("052190000001"), IdentityNumber("212345678")],
    FullName.parse("Nguyễn Thị Bưởi"),
    BirthDate(1990, 1, 2),
    PhoneNumber("+84912000001"),
)


@pytest.mark.parametrize(
    "password",
    [
        "Xx!052190000001",
        "Xx!212345678",
        "Xx-0912.000.001",
        "Xx+84912000001",
        "Sinh nam 1990!x",
        "Ngay 020190 #x",
        "Toi la Bưởi 7!",
        "NGUYEN yeu 7!",
    ],
)
def test_what_others_know_is_found_however_it_is_written(password: str) -> None:
    assert password_problems(password, forbidden=KNOWN) == (PasswordProblem.PERSONAL,)


def test_anything_else_is_good() -> None:
    assert password_problems("Song Hàn-82 chiều", forbidden=KNOWN) == ()


def test_a_person_without_a_phone_or_a_full_date_has_less_to_avoid() -> None:
    known = known_of([], FullName.parse("An"), BirthDate(1990), None)

    assert known == ("An", "An", "1990")
