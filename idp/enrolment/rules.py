"""The order of the pages: pure, from stored facts, and the only place that decides it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from idp.carriers.model import Attribute, Outcome
from idp.core.identity_number import IdentityNumberKind


class Page(StrEnum):
    """One page of an enrolment; the values are the last part of its address."""

    METHOD = "method"
    MOBILE = "mobile"
    OTP = "otp"
    WAITING = "waiting"
    MISMATCH = "mismatch"
    NOT_AVAILABLE = "not-available"
    NOT_SUBSCRIBER = "not-subscriber"
    EXISTS = "exists"
    PASSWORD = "password"  # noqa: S105 (a page's name)
    DONE = "done"


_REFUSED: Final = {
    Outcome.MISMATCH: Page.MISMATCH,
    Outcome.NOT_AVAILABLE: Page.NOT_AVAILABLE,
    Outcome.NOT_SUBSCRIBER: Page.NOT_SUBSCRIBER,
}
REPAIR: Final = frozenset({Page.WAITING, *_REFUSED.values()})
"""Where a person waits for a carrier: to answer, or for its shop to put a record right."""
_OPEN_UNTIL_DONE: Final = frozenset({Page.METHOD, Page.MOBILE})


class Progress(Protocol):
    """What the rules need to know of a pending enrolment."""

    @property
    def phone_confirmed_at(self) -> datetime | None:
        """When a one-time password for the number was right."""
        ...

    @property
    def outcome(self) -> Outcome | None:
        """What the carriers said of what is typed now, since that confirmation."""
        ...


class Refused(Protocol):
    """What the rules need to know of a pending enrolment that a carrier answered."""

    @property
    def outcome(self) -> Outcome | None: ...
    @property
    def differing(self) -> Sequence[str]: ...
    @property
    def number_kind(self) -> IdentityNumberKind: ...
    @property
    def old_number_asked(self) -> bool: ...


def may_ask_with_old_number(pending: Refused) -> bool:
    """
    Whether the carrier may be asked about the same person with an old CMND.

    Once, where a CCCD was typed and differs: a record may be older than the card.
    """
    return old_number_could_match(pending) and not pending.old_number_asked


def old_number_could_match(pending: Refused) -> bool:
    """Whether an old CMND in the carrier's record would explain the mismatch."""
    return (
        pending.outcome is Outcome.MISMATCH
        and Attribute.IDENTITY_NUMBER in pending.differing
        and pending.number_kind is IdentityNumberKind.CCCD
    )


def phone_proved(confirmed_at: datetime | None, now: datetime, proves_for: timedelta) -> bool:
    """Whether the person is known to hold the phone now: a confirmed code speaks for a while."""
    return confirmed_at is not None and now - confirmed_at < proves_for


def next_page(
    pending: Progress | None,
    *,
    has_account: bool,
    enrolled: bool,
    now: datetime,
    proves_for: timedelta,
) -> Page:
    """
    Name the page a person has to see next.

    *has_account*: the identity number belongs to a citizen. It is looked at last, and so is every
    word of a carrier after the phone: a stranger without it learns nothing about anybody.
    """
    if enrolled:
        return Page.DONE
    if pending is None:
        return Page.METHOD
    if not phone_proved(pending.phone_confirmed_at, now, proves_for):
        return Page.OTP
    if pending.outcome is None:
        return Page.WAITING
    if pending.outcome is not Outcome.MATCH:
        return _REFUSED[pending.outcome]
    return Page.EXISTS if has_account else Page.PASSWORD


def may_show(page: Page, due: Page) -> bool:
    """Whether *page* may be shown while *due* is next: answers can be changed until the end."""
    return page is due or (page in _OPEN_UNTIL_DONE and due is not Page.DONE)


def answers_shown(
    pending: Progress, *, typed_here: bool, now: datetime, proves_for: timedelta
) -> bool:
    """
    Whether the form may show what was typed.

    Taken up again in a later interaction, perhaps by the next person at a shared computer, the
    answers stay hidden until the phone is proved.
    """
    return typed_here or phone_proved(pending.phone_confirmed_at, now, proves_for)
