import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.core.birth_date import BirthDate
from idp.core.identity_number import IdentityNumber, IdentityNumberKind, InvalidIdentityNumber


@pytest.mark.parametrize(
    "typed",
    [
        "052090000001",
        " 052 090 000 001 ",
        "052.090.000.001",
        "052-090-000-001",
        "052\u2013090\u2013000\u2013001",
        "052\u00a0090\u202f000001",
        "０５２０９００００００１",
        "\u202d052090000001\u202c",
        "052\u200b090000001",
    ],
)
def test_a_number_is_read_however_it_is_grouped(typed: str) -> None:
    assert IdentityNumber.parse(typed).value == "052090000001"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "12345678",
        "1234567890",
        "05209000000",
        "0520900000011",
        "05209000000A",
        "052090000001\x00",
        "٠٥٢٠٩٠٠٠٠٠٠١",
        "+52090000001",
        "05209000000½",
    ],
)
def test_anything_but_9_or_12_digits_is_refused(typed: str) -> None:
    with pytest.raises(InvalidIdentityNumber):
        IdentityNumber.parse(typed)


def test_kind_is_told_by_the_length() -> None:
    assert IdentityNumber.parse("052090000001").kind is IdentityNumberKind.CCCD
    assert IdentityNumber.parse("210000001").kind is IdentityNumberKind.CMND


def test_an_unknown_province_is_no_reason_to_refuse() -> None:
    assert IdentityNumber.parse("999090000001").kind is IdentityNumberKind.CCCD


@pytest.mark.parametrize(
    ("number", "year", "contradicts"),
    [
        ("052090000001", 1990, False),
        ("052190000001", 1990, False),
        ("052290000001", 2090, False),
        ("052305000001", 2005, False),
        ("052900000001", 2300, False),
        ("052090000001", 1991, True),
        ("052290000001", 1990, True),
        ("210000001", 1990, False),
    ],
)
def test_the_year_inside_a_number(number: str, year: int, contradicts: bool) -> None:  # noqa: FBT001
    assert IdentityNumber.parse(number).contradicts(BirthDate(year)) is contradicts
    assert IdentityNumber.parse(number).contradicts(BirthDate(year, 1, 2)) is contradicts


def test_a_number_shows_its_last_four_digits_only_when_asked() -> None:
    number = IdentityNumber.parse("052090001234")

    assert number.last_four == "1234"
    assert "1234" not in f"{number} {number!r}"


@given(st.from_regex(r"[0-9]{9}|[0-9]{12}", fullmatch=True), st.sampled_from(" .-\u00a0\u200b"))
def test_separators_never_change_the_number(digits: str, separator: str) -> None:
    assert IdentityNumber.parse(separator.join(digits)).value == digits


@given(st.text() | st.text("0123456789 .-", min_size=9, max_size=14))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    try:
        value = IdentityNumber.parse(text).value
    except InvalidIdentityNumber:
        return
    assert value.isascii()
    assert value.isdigit()
    assert len(value) in {9, 12}
