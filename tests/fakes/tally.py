"""Counting in memory: an honest double of the ports of statistics."""

from idp.statistics.model import Tick


class TallyInMemory:
    """Implements `Tally`."""

    def __init__(self) -> None:
        self.ticks: list[Tick] = []

    def count(self, tick: Tick) -> None:
        """See the port."""
        self.ticks.append(tick)
