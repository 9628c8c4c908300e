"""What counts as an e-mail address."""

import pytest

from idp.core.email_address import EmailAddress, InvalidEmailAddress


@pytest.mark.parametrize("typed", [" buoi@example.com ", "o'hara+tag@mail.example.vn", "a@b.vn"])
def test_an_address_is_kept_as_it_was_typed(typed: str) -> None:
    assert EmailAddress.parse(typed).value == typed.strip()


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "buoi",
        "buoi@",
        "@example.com",
        "buoi@example",
        "a b@example.com",
        "a@b@example.com",
        "bưởi@example.com",
        "buoi@exam<ple.com",
        "a@" + "b" * 260 + ".vn",
        "a" * 65 + "@example.com",
    ],
)
def test_what_could_not_be_written_to_is_none(typed: str) -> None:
    with pytest.raises(InvalidEmailAddress):
        EmailAddress.parse(typed)


@pytest.mark.parametrize("end", ["\r\nBcc: else@example.com", "\0", "\x7f", "\n"])
def test_no_address_carries_a_second_line(end: str) -> None:
    with pytest.raises(InvalidEmailAddress):
        EmailAddress.parse(f"buoi@example.com{end}x")


def test_a_masked_address_shows_its_first_letter_and_its_domain() -> None:
    assert EmailAddress("buoi@example.com").masked == "b…@example.com"
