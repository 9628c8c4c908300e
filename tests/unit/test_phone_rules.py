"""When codes may go to a number, and when a number may leave."""

from datetime import UTC, datetime, timedelta

import pytest

from idp.phones.rules import Stays, default_from, rests_on_sim, stays
from idp.sessions.rules import PASSWORD_AND_APP, PASSWORD_AND_SMS, passkey_methods
from idp.unrecognised.rules import report_number

ADDED = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
WAIT = timedelta(hours=72)


def test_a_number_in_the_own_name_gets_codes_at_once_and_any_other_waits() -> None:
    assert default_from(ADDED, confirmed=True, cooling_off=WAIT) == ADDED
    assert default_from(ADDED, confirmed=False, cooling_off=WAIT) == ADDED + WAIT


@pytest.mark.parametrize(
    ("is_default", "phones", "why"),
    [
        (True, 1, Stays.LAST),
        (False, 1, Stays.LAST),
        (True, 2, Stays.DEFAULT),
        (False, 2, None),
    ],
)
def test_the_last_number_and_the_one_codes_go_to_stay(
    is_default: bool,  # noqa: FBT001 (a table)
    phones: int,
    why: Stays | None,
) -> None:
    assert stays(is_default=is_default, phones=phones) is why


def test_only_a_text_message_rests_on_the_sim() -> None:
    assert rests_on_sim(PASSWORD_AND_SMS)
    assert not rests_on_sim(PASSWORD_AND_APP)
    assert not rests_on_sim(passkey_methods(copyable=True))


def test_a_report_is_numbered_by_year() -> None:
    assert report_number(2026, 7) == "BV-2026-000007"
