"""Authentication context classes: verification and sign-in together."""

import pytest

from idp.sessions.rules import acr_reached, authentication_level
from tests.fakes.people import TWO_FACTORS


@pytest.mark.parametrize(
    ("amr", "level"),
    [
        (TWO_FACTORS, 2),
        (("pwd", "otp", "sms"), 2),
        (("pwd", "sms"), 2),
        (("pwd",), 1),
        (("otp", "sms"), 1),
        (("pwd", "mfa"), 1),  # a word is no factor
        (("mfa",), 1),
        ((), 1),
    ],
)
def test_two_factors_are_knowledge_and_possession(amr: tuple[str, ...], level: int) -> None:
    assert authentication_level(amr) == level


@pytest.mark.parametrize(
    ("verification", "authentication", "reached"),
    [
        (1, 1, ("LoA1",)),
        (1, 2, ("LoA1",)),
        (2, 1, ("LoA1",)),
        (2, 2, ("LoA2", "LoA1")),
        (3, 2, ("LoA2", "LoA1")),
        (3, 3, ("LoA3", "LoA2", "LoA1")),
        (2, 3, ("LoA2", "LoA1")),
        (4, 2, ("LoA2", "LoA1")),
        (4, 3, ("LoA4", "LoA3", "LoA2", "LoA1")),
        (4, 4, ("LoA4", "LoA3", "LoA2", "LoA1")),
    ],
)
def test_a_class_wants_both_levels(
    verification: int, authentication: int, reached: tuple[str, ...]
) -> None:
    assert acr_reached(verification, authentication) == reached
