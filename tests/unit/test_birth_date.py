from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.core.birth_date import BirthDate, BirthDateProblem, InvalidBirthDate

TODAY = date(2026, 11, 22)


def parse(day: str, month: str, year: str) -> BirthDate:
    return BirthDate.parse(day, month, year, today=TODAY)


@pytest.mark.parametrize(
    ("typed", "iso"),
    [
        (("2", "1", "1990"), "1990-01-02"),
        (("02", "01", "1990"), "1990-01-02"),
        ((" 2 ", "\u00a01", "１９９０"), "1990-01-02"),
        (("29", "2", "2000"), "2000-02-29"),
        (("", "", "1950"), "1950"),
        ((" ", "\u200b", "1950"), "1950"),
        (("21", "11", "2026"), "2026-11-21"),
        (("", "", "2026"), "2026"),
        (("1", "1", "1900"), "1900-01-01"),
    ],
)
def test_dates_that_are_read(typed: tuple[str, str, str], iso: str) -> None:
    assert parse(*typed).isoformat() == iso


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        (("", "", ""), BirthDateProblem.MISSING),
        (("2", "1", ""), BirthDateProblem.MISSING),
        (("2", "", "1990"), BirthDateProblem.MISSING),
        (("", "1", "1990"), BirthDateProblem.MISSING),
        (("31", "2", "1990"), BirthDateProblem.NOT_A_DATE),
        (("29", "2", "1900"), BirthDateProblem.NOT_A_DATE),
        (("0", "1", "1990"), BirthDateProblem.NOT_A_DATE),
        (("1", "13", "1990"), BirthDateProblem.NOT_A_DATE),
        (("001", "1", "1990"), BirthDateProblem.NOT_A_DATE),
        (("1", "1", "90"), BirthDateProblem.NOT_A_DATE),
        (("1", "1", "1899"), BirthDateProblem.NOT_A_DATE),
        (("", "", "1899"), BirthDateProblem.NOT_A_DATE),
        (("1", "tháng 1", "1990"), BirthDateProblem.NOT_A_DATE),
        (("1.", "1", "1990"), BirthDateProblem.NOT_A_DATE),
        (("-1", "1", "1990"), BirthDateProblem.NOT_A_DATE),
        (("١", "1", "1990"), BirthDateProblem.NOT_A_DATE),
        (("22", "11", "2026"), BirthDateProblem.IN_FUTURE),
        (("23", "11", "2026"), BirthDateProblem.IN_FUTURE),
        (("", "", "2027"), BirthDateProblem.IN_FUTURE),
    ],
)
def test_dates_that_are_refused_say_why(
    typed: tuple[str, str, str], reason: BirthDateProblem
) -> None:
    with pytest.raises(InvalidBirthDate) as refusal:
        parse(*typed)

    assert refusal.value.reason is reason


@pytest.mark.parametrize("text", ["", "90", "1990-13-01", "1990-1-2", "1990-01", "19900102x", "x"])
def test_what_was_not_written_by_isoformat_is_refused(text: str) -> None:
    with pytest.raises(InvalidBirthDate):
        BirthDate.from_iso(text)


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        ("2012-11-22", date(2026, 11, 22), 14),
        ("2012-11-23", date(2026, 11, 22), 13),
        ("2012-02-29", date(2026, 2, 28), 13),
        ("2012-02-29", date(2026, 3, 1), 14),
        ("2012", date(2026, 1, 1), 14),
        ("2012", date(2025, 12, 31), 13),
    ],
)
def test_age(born: str, on: date, age: int) -> None:
    assert BirthDate.from_iso(born).age_on(on) == age


def test_a_date_does_not_show_itself() -> None:
    born = parse("2", "1", "1990")

    assert "1990" not in f"{born} {born!r}"


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2026, 11, 21)))
def test_every_past_day_survives_typing_and_storing(day: date) -> None:
    born = parse(str(day.day), str(day.month), str(day.year))

    assert BirthDate.from_iso(born.isoformat()) == born
    assert born.isoformat() == day.isoformat()
    assert not born.is_year_only


_ANY_FIELDS = st.tuples(st.text(max_size=5), st.text(max_size=5), st.text(max_size=6))
_NUMBERS = st.tuples(st.integers(0, 31), st.integers(0, 13), st.integers(1899, 2027))


@given(_ANY_FIELDS | _NUMBERS.map(lambda numbers: tuple(map(str, numbers))))
def test_any_fields_are_a_date_or_refused(typed: tuple[str, str, str]) -> None:
    try:
        born = parse(*typed)
    except InvalidBirthDate:
        return
    assert BirthDate.from_iso(born.isoformat()) == born
