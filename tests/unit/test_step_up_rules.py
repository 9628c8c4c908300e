"""Which ways lead to a level that is missing."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.citizens.rules import VerificationLevel
from idp.core.acr import ACR_CLASSES
from idp.interactions.progress import StepUpProgress
from idp.interactions.shortfall import Shortfall, shortfall
from idp.sessions.model import Authentication
from idp.sessions.rules import acr_reached
from idp.step_up.rules import Way, level_shown, next_level, phone_proved, ways, ways_to_level
from tests.fakes.people import AN, MINUTE, NOON, request_of

TABLE = (
    VerificationLevel(1, frozenset({"self_declared"}), "một", "one"),
    VerificationLevel(2, frozenset({"carrier_match"}), "hai", "two"),
    VerificationLevel(3, frozenset({"counter_visit"}), "ba", "three"),
    VerificationLevel(4, frozenset({"qualified_signature", "vneid_level_2"}), "bốn", "four"),
)


@pytest.mark.parametrize(
    ("acr", "verification", "authentication", "passkey", "expected"),
    [
        # The sign-in is too weak: nothing comes before a stronger one.
        ("LoA2", 2, 1, False, (Way.SIGN_IN_AGAIN,)),
        ("LoA3", 1, 1, True, (Way.SIGN_IN_AGAIN,)),
        # The evidence of the carrier has lapsed.
        ("LoA2", 1, 2, False, (Way.CARRIER, Way.VISIT)),
        # Level 3 by a visit; its class wants a passkey too.
        ("LoA3", 2, 2, False, (Way.VISIT, Way.ADD_PASSKEY)),
        ("LoA3", 2, 2, True, (Way.VISIT, Way.SIGN_IN_AGAIN)),
        ("LoA3", 2, 3, True, (Way.VISIT,)),
        ("LoA3", 3, 2, False, (Way.ADD_PASSKEY,)),
        ("LoA3", 3, 2, True, (Way.SIGN_IN_AGAIN,)),
        # Not to be had here: a stronger sign-in would be in vain.
        ("LoA4", 2, 2, True, (Way.ELSEWHERE,)),
        ("LoA4", 3, 3, True, (Way.ELSEWHERE,)),
    ],
)
def test_ways(
    acr: str, verification: int, authentication: int, expected: tuple[Way, ...], *, passkey: bool
) -> None:
    missing = Shortfall(acr, verification, authentication)

    assert ways(missing, TABLE, has_phone=True, has_passkey=passkey) == expected


def test_without_a_number_no_carrier_can_be_asked() -> None:
    assert ways_to_level(2, TABLE, has_phone=False) == (Way.ADD_PHONE, Way.VISIT)


def test_the_table_decides_what_a_way_is_worth() -> None:
    lenient = (*TABLE[:2], VerificationLevel(3, frozenset({"carrier_match"}), "", ""))

    assert ways_to_level(3, lenient, has_phone=True) == (Way.CARRIER,)
    assert ways_to_level(4, lenient, has_phone=True) == (Way.ELSEWHERE,)


def test_levels_above_and_at_least() -> None:
    assert next_level(TABLE[0], TABLE) is TABLE[1]
    assert next_level(TABLE[3], TABLE) is None
    assert level_shown(2, (TABLE[0], TABLE[3])) is TABLE[3]
    assert level_shown(5, TABLE) is None


@pytest.mark.parametrize(
    ("amr", "signed_in", "confirmed", "expected"),
    [
        (("pwd", "otp", "sms", "mfa"), 14 * MINUTE, None, True),
        (("pwd", "otp", "sms", "mfa"), 15 * MINUTE, None, False),
        (("pwd", "otp", "sms", "mfa"), 60 * MINUTE, 14 * MINUTE, True),
        (("pwd", "otp", "mfa"), MINUTE, None, False),  # an app shows no phone
        (("hwk", "user", "mfa"), MINUTE, 15 * MINUTE, False),
    ],
)
def test_a_phone_is_proved_by_its_own_code_and_for_a_while(
    amr: tuple[str, ...], signed_in: timedelta, confirmed: timedelta | None, *, expected: bool
) -> None:
    authentication = Authentication(AN, NOON - signed_in, amr)
    progress = None
    if confirmed is not None:
        progress = StepUpProgress(AN, possession_proved_at=NOON - confirmed)

    assert phone_proved(progress, authentication, NOON, 15 * MINUTE) is expected


@given(
    st.none() | st.sampled_from(ACR_CLASSES),
    st.lists(st.sampled_from(ACR_CLASSES), unique=True),
    st.booleans(),
    st.integers(1, 4),
    st.integers(1, 4),
)
def test_something_is_missing_exactly_where_a_demanded_class_is_not_reached(
    minimum: str | None,
    values: list[str],
    essential: bool,  # noqa: FBT001
    verification: int,
    authentication: int,
) -> None:
    request = request_of(acr_values=tuple(values), acr_essential=essential)
    reached = set(acr_reached(verification, authentication))
    is_met = (minimum is None or minimum in reached) and (
        not essential or not reached.isdisjoint(values)
    )

    missing = shortfall(minimum, request, verification=verification, authentication=authentication)

    assert (missing is None) is is_met
    if missing is not None and missing.acr is not None:
        assert missing.verification_wanted or missing.authentication_wanted
