"""What a carrier's second answer says, and when it may be asked: pure."""

from datetime import datetime, time
from enum import StrEnum

from idp.carriers.model import Attribute, MatchOutcome, Outcome
from idp.core.vietnam import VIETNAM


class Finding(StrEnum):
    """What became of a citizen's hold on a phone."""

    STILL_HELD = "still_held"
    RECYCLED = "recycled"
    """The number went to another subscriber."""
    HOLDER_CHANGED = "holder_changed"
    """The subscription stands in somebody else's name."""
    UNDECIDED = "undecided"
    """Neither confirmed nor denied: what was said before stays, until its own end."""
    SILENT = "silent"
    """The carrier did not answer: nothing is lost, the next night asks again."""

    @property
    def is_loss(self) -> bool:
        """Whether the phone speaks for the citizen no more."""
        return self in {Finding.RECYCLED, Finding.HOLDER_CHANGED}


def finding_of(outcome: MatchOutcome, *, by_old_number: bool = False) -> Finding:
    """
    Read the answer to a match of a number that was not recycled.

    Only another identity number is another person: a name or a date that differs is more often a
    record that was mended or spoilt. *by_old_number*: the account knows the CMND alone; then the
    carrier has the CCCD by now, as we ask people to have it written, and says nothing of the
    holder. A number that nobody serves is in nobody's hands; whoever gets it next, it is recycled
    then.
    """
    if outcome.outcome is Outcome.MATCH:
        return Finding.STILL_HELD
    if outcome.outcome is Outcome.NOT_SUBSCRIBER:
        return Finding.SILENT
    if Attribute.IDENTITY_NUMBER in outcome.differing and not by_old_number:
        return Finding.HOLDER_CHANGED
    return Finding.UNDECIDED


def is_night(now: datetime, begins: time, ends: time) -> bool:
    """Whether *now* is between the two hours of the clock in Vietnam, which may span midnight."""
    clock = now.astimezone(VIETNAM).time()
    if begins <= ends:
        return begins <= clock < ends
    return clock >= begins or clock < ends
