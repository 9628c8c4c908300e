"""The order of the pages, the numbers of cases, and what operators may decide when: pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from idp.carriers.model import Outcome
from idp.core.vietnam import VIETNAM
from idp.disputes.model import CaseNumber, DisputeOutcome, Side, StepKind
from idp.interactions.progress import FollowProgress

OWN_WORDS: Final = {
    Side.CLAIMANT: StepKind.CLAIMANT_ADDED,
    Side.HOLDER: StepKind.HOLDER_ANSWERED,
}
"""The kind of step by which a side says something."""
MOST_WORDS: Final = 20
"""How often a side adds words unasked: operators read them all, and so does every page."""
SHORTEST_WORDS: Final = 10
LONGEST_WORDS: Final = 2000
"""How much is written at a time: by a side, of what happened; by an operator, why or a question."""
LONGEST_EXTENSION: Final = 720
"""How many hours more a holder is given at a time."""
_CASE_NUMBER: Final = re.compile(r"KN([0-9]{4})([0-9]{6})")


class Page(StrEnum):
    """One page of a complaint; the values are its path."""

    START = "/dispute"
    OTP = "/dispute/otp"
    WAITING = "/dispute/waiting"
    MISMATCH = "/dispute/mismatch"
    NOT_AVAILABLE = "/dispute/not-available"
    NOT_SUBSCRIBER = "/dispute/not-subscriber"
    NO_ACCOUNT = "/dispute/no-account"
    DECIDED = "/dispute/decided"
    CHECK = "/dispute/check"
    DONE = "/dispute/done"


REFUSED: Final = {
    Outcome.MISMATCH: Page.MISMATCH,
    Outcome.NOT_AVAILABLE: Page.NOT_AVAILABLE,
    Outcome.NOT_SUBSCRIBER: Page.NOT_SUBSCRIBER,
}


class FollowPage(StrEnum):
    """One page of following a case; the values are its path."""

    START = "/dispute/follow"
    OTP = "/dispute/follow/otp"
    CASE = "/dispute/follow/case"


class Progress(Protocol):
    """What the rules need to know of a complaint."""

    @property
    def phone_confirmed_at(self) -> datetime | None: ...
    @property
    def outcome(self) -> Outcome | None: ...


def phone_proved(confirmed_at: datetime | None, now: datetime, proves_for: timedelta) -> bool:
    """Whether the person is known to hold the phone now: a confirmed code speaks for a while."""
    return confirmed_at is not None and now - confirmed_at < proves_for


def next_page(
    complaint: Progress | None,
    *,
    has_account: bool,
    decided: bool,
    filed: bool,
    now: datetime,
    proves_for: timedelta,
) -> Page:
    """
    Name the page a person has to see next.

    *has_account*: the identity number belongs to a citizen. It is looked at last, after the phone
    and the carrier's word: a stranger learns nothing about anybody. *decided*: two operators have
    looked at this claimant's case about it lately; without that a holder could be kept from every
    change for ever, one case after the other.
    """
    if filed:
        return Page.DONE
    if complaint is None:
        return Page.START
    if not phone_proved(complaint.phone_confirmed_at, now, proves_for):
        return Page.OTP
    if complaint.outcome is None:
        return Page.WAITING
    if complaint.outcome is not Outcome.MATCH:
        return REFUSED[complaint.outcome]
    if not has_account:
        return Page.NO_ACCOUNT
    return Page.DECIDED if decided else Page.CHECK


def may_show(page: Page, due: Page) -> bool:
    """Whether *page* may be shown while *due* is next: answers can be changed until the end."""
    return page is due or (page is Page.START and due is not Page.DONE)


def next_follow_page(
    progress: FollowProgress | None,
    *,
    challenge_lives: bool,
    now: datetime,
    proves_for: timedelta,
) -> FollowPage:
    """Name the page a claimant who follows the case has to see next."""
    if progress is None:
        return FollowPage.START
    if phone_proved(progress.proved_at, now, proves_for):
        return FollowPage.CASE
    return FollowPage.OTP if challenge_lives else FollowPage.START


def case_series(at: datetime) -> str:
    """The series that a case of that moment is numbered in: the year as people here have it."""
    return f"KN-{at.astimezone(VIETNAM):%Y}"


def case_number(series: str, number: int) -> CaseNumber:
    """The number of a case: KN-2026-000123."""
    return CaseNumber(f"{series}-{number:06}")


def parse_case_number(typed: str) -> CaseNumber | None:
    """The case number in what was typed: hyphens, spaces and small letters do not matter."""
    found = _CASE_NUMBER.fullmatch("".join(char for char in typed.upper() if char.isalnum()))
    return None if found is None else CaseNumber(f"KN-{found[1]}-{found[2]}")


class Step(Protocol):
    """What the rules need to know of something that happened in a case."""

    @property
    def kind(self) -> StepKind: ...
    @property
    def words_for(self) -> Side | None: ...


def owes_answer(steps: Iterable[Step], side: Side) -> bool:
    """Whether an operator asked *side* for more, and it has said nothing since."""
    owes = False
    for step in steps:
        if step.kind is StepKind.MORE_ASKED and step.words_for is side:
            owes = True
        elif step.kind is OWN_WORDS[side]:
            owes = False
    return owes


def may_add_words(steps: Sequence[Step], side: Side) -> bool:
    """Whether *side* may say more: always when it is asked, and so often unasked."""
    said = sum(step.kind is OWN_WORDS[side] for step in steps)
    return said < MOST_WORDS or owes_answer(steps, side)


class Ruling(StrEnum):
    """What becomes of one operator's decision."""

    TOO_EARLY = "too_early"
    """The holder has time left, and has not answered."""
    DECIDED_ALREADY = "decided_already"
    """This operator's own decision stands; a different operator is needed."""
    FIRST = "first"
    DIFFERENT = "different"
    """The other operator decided otherwise: both are void, and the question is open anew."""
    AGREED = "agreed"


def rule_on(
    outcome: DisputeOutcome,
    by: str,
    *,
    standing: Mapping[str, DisputeOutcome],
    holder_until: datetime,
    holder_answered: bool,
    now: datetime,
) -> Ruling:
    """Name what becomes of *outcome*, decided by *by*; *standing* has who decided what before."""
    if now < holder_until and not holder_answered:
        return Ruling.TOO_EARLY
    if by in standing:
        return Ruling.DECIDED_ALREADY
    if not standing:
        return Ruling.FIRST
    return Ruling.AGREED if set(standing.values()) == {outcome} else Ruling.DIFFERENT
