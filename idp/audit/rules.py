"""The chain of hashes, the days it is closed by, and how long it is kept: pure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from idp.core.vietnam import day_of

BEGINNING: Final = bytes(32)
"""What the first link is joined to."""
LATEST: Final = timedelta(minutes=15)
"""
How far an event's moment may lie behind that of one that was sealed before.

Transactions are short and clocks agree within seconds, so this is generous; what comes later than
that was put in by somebody else.
"""


class Flaw(StrEnum):
    """What is wrong with a row of the log."""

    CHANGED = "changed"
    """The event, or its seal, is not what was sealed."""
    REMOVED = "removed"
    """The seal is there, and the event is gone."""
    UNSEALED = "unsealed"
    """A position of the chain is missing: a seal was removed."""
    INSERTED = "inserted"
    """The event is older than those that were sealed long before it came."""
    CUT_OFF = "cut_off"
    """The chain ends before a root that was published."""
    ROOT_DIFFERS = "root_differs"
    """The chain is whole, and is not the one that was published."""
    ROOT_MISSING = "root_missing"
    """A day was published that the database knows nothing of."""
    DROPPED_EARLY = "dropped_early"
    """Events were dropped that have to be kept."""


class Sealing(StrEnum):
    """What the chain says of one event; of those that are gone only a walk along all of it does."""

    WHOLE = "whole"
    WAITING = "waiting"
    """It is too young to be sealed."""
    BROKEN = "broken"
    """It is not what was sealed, or was put in later."""


@dataclass(frozen=True, slots=True)
class Link:
    """One position of the chain, and its hash."""

    position: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as the database has it."""

    id: int
    at: datetime
    kind: str
    citizen_id: str | None
    client_id: str | None
    details: Mapping[str, object]

    @property
    def canonical(self) -> bytes:
        """The one way to write it down: JSON, names sorted, no spaces, UTF-8, the moment in UTC."""
        return json.dumps(
            {
                "id": self.id,
                "at": self.at.isoformat(timespec="microseconds"),
                "kind": self.kind,
                "citizen_id": self.citizen_id,
                "client_id": self.client_id,
                "details": self.details,
            },
            sort_keys=True,
            separators=(",", ":"),
            ensure_ascii=False,
        ).encode()


START: Final = Link(0, BEGINNING)


def link(before: Link, event: StoredEvent) -> Link:
    """Join *event* to the chain: SHA-256 of the hash before, the position, and the event."""
    position = before.position + 1
    content = before.hash + position.to_bytes(8, "big") + event.canonical
    return Link(position, hashlib.sha256(content).digest())


def comes_too_late(at: datetime, latest_before: datetime) -> bool:
    """Whether an event of *at* cannot have been waiting when that of *latest_before* was sealed."""
    return at < latest_before - LATEST


def sealing_of(
    event: StoredEvent, links: tuple[Link | None, Link] | None, latest: datetime | None
) -> Sealing:
    """
    How *event* stands to the link before its own and its own; `None`: it has no seal.

    *latest* is the moment of the event at the end of the chain.
    """
    if links is None:
        is_late = latest is not None and comes_too_late(event.at, latest)
        return Sealing.BROKEN if is_late else Sealing.WAITING
    before, own = links
    is_whole = before is not None and link(before, event) == own
    return Sealing.WHOLE if is_whole else Sealing.BROKEN


def day_to_close(now: datetime) -> date:
    """The last day of which no event can come any more."""
    return day_of(now - LATEST) - timedelta(days=1)


def last_day_to_drop(now: datetime, kept: timedelta) -> date:
    """
    The last day whose events are all older than *kept*.

    A root may cover a little of the next day, for events come in no strict order: so one day less.
    """
    return day_of(now - kept) - timedelta(days=2)
