"""The order of recovery's pages: pure, from stored facts, and the only place that decides it."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from idp.carriers.model import PhoneDoubt
from idp.citizens.model import HoldKind
from idp.citizens.rules import bars_changes, bars_sign_in
from idp.interactions.progress import RecoveryProgress, RecoveryStop, StopReason

CANCELLED_AT_MOST: Final = 2
"""So many requests of a week may be ended by the account's side; then two operators decide."""


class Page(StrEnum):
    """One page of a recovery; the values are its path."""

    START = "/recover"
    OTHER_PHONE = "/recover/other-phone"
    OTP = "/recover/otp"
    LAPSED = "/recover/lapsed"
    NOT_NOW = "/recover/not-now"
    PASSWORD = "/recover/password"  # noqa: S105 (a page's name)
    DONE = "/recover/done"


def next_page(
    progress: RecoveryProgress | None,
    *,
    challenge_lives: bool,
    now: datetime,
    proves_for: timedelta,
) -> Page:
    """Name the page a person has to see next; *challenge_lives*: a code can still be typed."""
    if progress is None:
        return Page.START
    if progress.password_changed:
        return Page.DONE
    if progress.stop is not None:
        return Page.NOT_NOW
    if progress.possession_proved_at is not None:
        lapsed = now - progress.possession_proved_at >= proves_for
        return Page.LAPSED if lapsed else Page.PASSWORD
    if progress.challenge_id is None:  # the proof was used
        return Page.START
    return Page.OTP if challenge_lives else Page.LAPSED


def may_show(page: Page, due: Page) -> bool:
    """Whether *page* may be shown while *due* is next: one can always start anew, either way."""
    return page is due or page in {Page.START, Page.OTHER_PHONE}


def stop_of_doubt(doubt: PhoneDoubt) -> RecoveryStop:
    """What a phone in doubt comes to."""
    return RecoveryStop(StopReason(doubt.reason), doubt.possible_from)


def stop_of_holds(holds: Collection[HoldKind]) -> RecoveryStop | None:
    """What an account that is held, or disputed, comes to: its password stays as it is."""
    if not bars_changes(holds):
        return None
    return RecoveryStop(StopReason.HELD if bars_sign_in(holds) else StopReason.DISPUTED)
