"""An operator's reason: it says something, and names nobody."""

import pytest

from idp.core.reason import InvalidReason, parse_reason


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "    ",
        "why?",
        "x" * 201,
        "asked by 052090000001",
        "number 0912 345 678",
        "0912.345.678 called",
        "0912-345-678 called",
        "a bell: \x07",
    ],
)
def test_a_reason_says_something_and_names_nobody(typed: str) -> None:
    with pytest.raises(InvalidReason):
        parse_reason(typed)


def test_a_reason_is_one_line_and_may_have_a_date() -> None:
    assert parse_reason("gọi  lúc 09:12 ngày 21/11/2026\n") == "gọi lúc 09:12 ngày 21/11/2026"
