"""Where things are counted until the worker moves the counts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from idp.statistics.model import HourlyCount, Tick


class Tally(Protocol):
    """Counts; where counting is impossible, nothing is counted, and nobody is told."""

    def count(self, tick: Tick) -> None:
        """Count one, by a question to the store of its own."""
        ...


@dataclass(frozen=True, slots=True)
class Batch:
    """Counts that were taken away together."""

    id: str
    counts: Sequence[HourlyCount]


class Counts(Protocol):
    """What was counted, for whoever moves it."""

    def take(self) -> Batch | None:
        """
        Take what was counted away, to be forgotten once it is kept.

        As long as a batch is not forgotten it is the one that is taken, with the same id.
        """
        ...

    def forget(self, batch: Batch) -> None:
        """Forget a batch, and no other."""
        ...


class CountedApart(Protocol):
    """Which relying parties invented people use where real ones use the others."""

    def __call__(self, client_ids: Collection[str]) -> Collection[str]:
        """Those of *client_ids* whose numbers are nothing of everybody's."""
        ...
