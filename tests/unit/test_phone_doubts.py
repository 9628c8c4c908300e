"""What a new SIM, a recycled number and a silent carrier come to, by what they could open."""

from datetime import UTC, datetime, timedelta

import pytest

from idp.carriers.model import DoubtReason, Guarded, PhoneDoubt
from idp.carriers.rules import doubt_about, doubt_of_silence

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "doubt"),
    [
        ({"recycled": False, "sim_changed": False}, None),
        (
            {"recycled": False, "sim_changed": True},
            PhoneDoubt(DoubtReason.SIM_CHANGED, NOW + timedelta(hours=72)),
        ),
        ({"recycled": True, "sim_changed": False}, PhoneDoubt(DoubtReason.NUMBER_RECYCLED)),
        ({"recycled": True, "sim_changed": True}, PhoneDoubt(DoubtReason.NUMBER_RECYCLED)),
    ],
)
def test_what_the_carrier_says_decides(said: dict[str, bool], doubt: PhoneDoubt | None) -> None:
    assert doubt_about(**said, now=NOW, window=timedelta(hours=72)) == doubt


@pytest.mark.parametrize("during", [Guarded.RECOVERY, Guarded.PHONE_CHANGE])
def test_a_silent_carrier_is_unsafe_where_the_code_is_all_there_is(during: Guarded) -> None:
    assert doubt_of_silence(during) == PhoneDoubt(DoubtReason.CARRIER_SILENT)


def test_a_silent_carrier_is_safe_for_an_ordinary_sign_in() -> None:
    assert doubt_of_silence(Guarded.NEW_DEVICE) is None
    assert doubt_of_silence(Guarded.NEW_AUTHENTICATOR) is None
