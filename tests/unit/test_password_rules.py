"""What a password has to be."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.citizens.password_rules import PasswordProblem as Problem
from idp.citizens.password_rules import password_problems

GOOD = "Ngọn-Đèn 4 bấc"


def problems(password: str, *forbidden: str) -> set[Problem]:
    return set(password_problems(password, forbidden=forbidden))


@pytest.mark.parametrize(
    "password", [GOOD, "Trời xanh #7 ngọn", "ỘộộộỘ-9!x", "Sóng\tbiển_8🙂", "xX9!" + "éệ" * 126]
)
def test_good_ones(password: str) -> None:
    assert problems(password) == set()


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("Đèn-4bấ", Problem.LENGTH),
        ("ngọn-đèn 4 bấc", Problem.UPPER),
        ("NGỌN-ĐÈN 4 BẤC", Problem.LOWER),
        ("Ngọn-Đèn bốn bấc", Problem.DIGIT),
        ("Ngọn Đèn 4 bấc", Problem.SPECIAL),
        (GOOD + "x" * 256, Problem.TOO_LONG),
    ],
)
def test_each_rule(password: str, problem: Problem) -> None:
    assert problems(password) == {problem}


def test_vietnamese_capitals_are_capitals() -> None:
    assert Problem.UPPER not in problems("Ộ")
    assert Problem.LOWER not in problems("ộ")
    assert Problem.SPECIAL in problems(unicodedata.normalize("NFD", "Ộộ"))


def test_the_order_is_that_of_the_list_on_the_page() -> None:
    assert password_problems("", forbidden=()) == (
        Problem.LENGTH,
        Problem.LOWER,
        Problem.UPPER,
        Problem.DIGIT,
        Problem.SPECIAL,
    )


@pytest.mark.parametrize(
    "password",
    [
        "Matkhau@123",
        "Mật khẩu@1",
        "M@tkh4u!1",
        "P@ssw0rd1",
        "P@ssw0rd!2026",
        "Abc@12345",
        "Vietnam@2026",
        "Việt-Nam 2026",
        "Qwerty!1",
        "Anhyeuem#1",
        "Dichvucong@1",
        "Aa1!Aa1!",
        "Aa1!Aa1!Aa1!",
    ],
)
def test_what_everybody_tries_first(password: str) -> None:
    assert problems(password) == {Problem.TOO_EASY}


@pytest.mark.parametrize(
    "password",
    ["Xx!052185001234", "Xx! 0521 8500 1234", "0912345678-Qr", "Buoi-ThiNguyen NguyenThiBuoi 1"],
)
def test_what_others_know_of_the_person(password: str) -> None:
    found = problems(password, "052185001234", "0912345678", "Nguyễn Thị Bưởi")

    assert Problem.PERSONAL in found


def test_a_short_name_does_not_forbid_half_the_words() -> None:
    assert problems("Sóng-Ánh 77", "An") == set()


def test_an_unfinished_password_is_not_judged_yet() -> None:
    assert Problem.TOO_EASY not in problems("matkhau")


@given(st.text())
def test_any_text_is_judged_alike_composed_or_not(password: str) -> None:
    composed = unicodedata.normalize("NFC", password)
    decomposed = unicodedata.normalize("NFD", composed)

    assert problems(composed) == problems(decomposed)
