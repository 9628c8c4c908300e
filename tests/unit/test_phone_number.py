import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.core.phone_number import InvalidPhoneNumber, PhoneNumber


@pytest.mark.parametrize(
    "typed",
    [
        "0912000001",
        "0912 000 001",
        "0912.000.001",
        "0912-000-001",
        "+84912000001",
        "84912000001",
        "0084912000001",
        "+84 (0)912 000 001",
        "(+84) 912 000 001",
        "０９１２０００００１",
        "\u202a+84\u00a0912\u2011000\u2011001\u202c",
    ],
)
def test_a_number_is_read_however_it_is_written(typed: str) -> None:
    assert PhoneNumber.parse(typed).e164 == "+84912000001"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "912000001",
        "091200000",
        "09120000011",
        "01234567890",
        "0123456789",
        "02438250000",
        "1900123456",
        "18001096",
        "+85512000001",
        "+14155550100",
        "0084 0084912000001",
        "0912000001;ext=1",
        "09120000O1",
        "٠٩١٢٠٠٠٠٠١",
        "0912000001\x00",
    ],
)
def test_what_is_no_vietnamese_mobile_number_is_refused(typed: str) -> None:
    with pytest.raises(InvalidPhoneNumber):
        PhoneNumber.parse(typed)


@pytest.mark.parametrize(
    "prefix",
    [
        "032",
        "039",
        "052",
        "055",
        "056",
        "058",
        "059",
        "070",
        "076",
        "079",
        "081",
        "089",
        "090",
        "091",
        "092",
        "093",
        "096",
        "099",
    ],
)
def test_every_carriers_range_is_accepted(prefix: str) -> None:
    assert PhoneNumber.parse(f"{prefix}1234567").national == f"{prefix}1234567"


def test_a_number_shows_its_last_three_digits_only_when_asked() -> None:
    number = PhoneNumber.parse("0912000678")

    assert number.last_three == "678"
    assert number.national == "0912000678"
    assert "678" not in f"{number} {number!r}"


@given(st.text() | st.from_regex(r"(0|84|\+84|0084)[ .]?[3-9]([0-9][ .-]?){8}", fullmatch=True))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    try:
        number = PhoneNumber.parse(text)
    except InvalidPhoneNumber:
        return
    assert len(number.e164) == 12
    assert PhoneNumber.parse(number.e164) == number == PhoneNumber.parse(number.national)


@given(st.from_regex(r"0(3[2-9]|7[06-9]|8[1-9]|9[0-9])[0-9]{7}", fullmatch=True))
def test_all_ways_to_write_a_number_are_one_number(national: str) -> None:
    rest = national[1:]

    ways = {PhoneNumber.parse(start + rest) for start in ("0", "84", "+84", "0084", "+84 0")}

    assert len(ways) == 1
