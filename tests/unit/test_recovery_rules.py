"""The order of a recovery's pages."""

from datetime import UTC, datetime, timedelta

import pytest

from idp.carriers.model import DoubtReason, PhoneDoubt
from idp.citizens.model import CitizenId, HoldKind
from idp.interactions.progress import RecoveryProgress, RecoveryStop, StopReason
from idp.recovery.rules import Page, may_show, next_page, stop_of_doubt, stop_of_holds

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
PROVES_FOR = timedelta(minutes=15)
SOMEBODY = CitizenId("c")
BEGUN = RecoveryProgress(SOMEBODY, "challenge")


def due(progress: RecoveryProgress | None, *, challenge_lives: bool = False) -> Page:
    return next_page(progress, challenge_lives=challenge_lives, now=NOW, proves_for=PROVES_FOR)


def proved(at: datetime) -> RecoveryProgress:
    return RecoveryProgress(SOMEBODY, None, possession_proved_at=at)


@pytest.mark.parametrize(
    ("progress", "page"),
    [
        (None, Page.START),
        (BEGUN, Page.LAPSED),
        (proved(NOW - timedelta(minutes=14)), Page.PASSWORD),
        (proved(NOW - timedelta(minutes=15)), Page.LAPSED),
        (RecoveryProgress(SOMEBODY, None), Page.START),
        (RecoveryProgress(SOMEBODY, None, password_changed=True), Page.DONE),
    ],
)
def test_each_fact_brings_the_next_page(progress: RecoveryProgress | None, page: Page) -> None:
    assert due(progress) is page


@pytest.mark.parametrize("citizen_id", [SOMEBODY, None])
def test_a_challenge_of_nobody_leads_where_a_real_one_does(citizen_id: CitizenId | None) -> None:
    assert due(RecoveryProgress(citizen_id, "challenge"), challenge_lives=True) is Page.OTP


@pytest.mark.parametrize("reason", StopReason)
def test_a_stop_outlasts_a_fresh_proof(reason: StopReason) -> None:
    progress = RecoveryProgress(SOMEBODY, None, possession_proved_at=NOW, stop=RecoveryStop(reason))

    assert due(progress) is Page.NOT_NOW


def test_one_can_always_start_anew_and_skip_nothing() -> None:
    assert [page for page in Page if may_show(page, Page.OTP)] == [
        Page.START,
        Page.OTHER_PHONE,
        Page.OTP,
    ]


@pytest.mark.parametrize("reason", DoubtReason)
def test_every_doubt_about_a_phone_is_a_reason_to_stop(reason: DoubtReason) -> None:
    doubt = PhoneDoubt(reason, NOW)

    assert stop_of_doubt(doubt) == RecoveryStop(StopReason(str(reason)), NOW)


@pytest.mark.parametrize(
    ("holds", "reason"),
    [
        ({HoldKind.DISPUTE}, StopReason.DISPUTED),
        ({HoldKind.OPERATOR}, StopReason.HELD),
        ({HoldKind.UNRECOGNISED_ACTIVITY, HoldKind.DISPUTE}, StopReason.HELD),
    ],
)
def test_a_held_account_keeps_its_password(holds: set[HoldKind], reason: StopReason) -> None:
    assert stop_of_holds(holds) == RecoveryStop(reason)


def test_an_account_without_holds_is_free_to_change() -> None:
    assert stop_of_holds(set()) is None
