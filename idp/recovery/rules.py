"""The order of recovery's pages: pure, from stored facts, and the only place that decides it."""

from datetime import datetime, timedelta
from enum import StrEnum

from idp.interactions.model import RecoveryProgress


class Page(StrEnum):
    """One page of a recovery; the values are its path."""

    START = "/recover"
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
    if progress.doubt is not None:
        return Page.NOT_NOW
    if progress.possession_proved_at is not None:
        lapsed = now - progress.possession_proved_at >= proves_for
        return Page.LAPSED if lapsed else Page.PASSWORD
    if progress.challenge_id is None:  # the proof was used
        return Page.START
    return Page.OTP if challenge_lives else Page.LAPSED


def may_show(page: Page, due: Page) -> bool:
    """Whether *page* may be shown while *due* is next: one can always start anew."""
    return page is due or page is Page.START
