"""Counting against budgets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from idp.core.waiting import whole_minutes, whole_seconds


class Window(Protocol):
    """At most *count* in *period*."""

    @property
    def count(self) -> int:
        """How often."""
        ...

    @property
    def period(self) -> timedelta:
        """In what time."""
        ...


@dataclass(frozen=True, slots=True)
class Budget:
    """
    A named stack of windows: all of them must allow what is counted.

    With *by_network* the last part of the key is a network (`203.0.113.0/24`), and exempt ones (an
    office behind one address) are not counted.
    """

    name: str
    windows: Sequence[Window]
    by_network: bool = False


@dataclass(frozen=True, slots=True)
class Counted:
    """One against *budget*; *key* says whose it is, nothing that it is everybody's."""

    budget: Budget
    key: tuple[str, ...] = ()


class BudgetSpent(Exception):
    """
    The budget is used up; it allows more after *retry_after*.

    *first*: nobody was refused in this window before. Whoever keeps a log notes that one: the
    others would let a stranger fill it.
    """

    def __init__(self, budget: str, retry_after: timedelta, *, first: bool) -> None:
        super().__init__(budget)
        self.budget = budget
        self.retry_after = retry_after
        self.first = first

    @property
    def minutes(self) -> int:
        """The wait as people are told it."""
        return whole_minutes(self.retry_after)

    @property
    def seconds(self) -> int:
        """The wait as programs are told it; at least one, for none would be an invitation."""
        return max(1, whole_seconds(self.retry_after))


class Throttle(Protocol):
    """Counts against budgets; where counting is impossible, it is refused (fail closed)."""

    def count(self, budget: Budget, *key: str) -> None:
        """Count one. Raises `BudgetSpent`."""
        ...

    def count_in_turn(self, *counted: Counted) -> None:
        """
        Count one against each, in one step.

        Raises `BudgetSpent` for the first that allows no more; those after it are not counted, and
        so a budget is safe from what the ones before it refuse.
        """
        ...

    def require(self, budget: Budget, *key: str) -> None:
        """Raise `BudgetSpent` where one more would not be allowed; counts nothing."""
        ...

    def clear(self, budget: Budget, *key: str) -> None:
        """Forget what was counted."""
        ...
