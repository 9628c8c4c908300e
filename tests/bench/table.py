"""The table: what was measured beside what was aimed at."""

import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tests.bench import scenarios
from tests.bench.measure import Run, Spread, family, memory

# CPU milliseconds; None where nothing is aimed at.
_TARGETS: Final[Mapping[str, float | None]] = {
    scenarios.DISCOVERY: 0.09,
    scenarios.JWKS: 0.09,
    scenarios.SIGN_IN_APART: 6.0,
    scenarios.SIGN_IN: None,
    scenarios.FIRST_SIGN_IN_APART: None,
    scenarios.FIRST_SIGN_IN: None,
    scenarios.EXCHANGE: 0.9,
    scenarios.USERINFO: 0.35,
    scenarios.INTROSPECTION: 0.35,
    scenarios.REFRESH: None,
    scenarios.CLIENT_CREDENTIALS: None,
    scenarios.ARGON2ID: 18.0,
    scenarios.YARDSTICK: None,
}
_YARDSTICK: Final = 0.075  # CPU milliseconds, on the machine on which the targets were set
# Another pace than Python's: most of their time is a library's, which knows this processor.
_OF_ANOTHER_PACE: Final = {scenarios.ARGON2ID, scenarios.SIGN_IN, scenarios.FIRST_SIGN_IN}
_WORKER_TARGET: Final = 120.0  # MB of one worker, all its pages counted


@dataclass(frozen=True, slots=True)
class _Weight:
    pss: float
    rss: float
    whole: float


class Table:
    """
    Collects rounds, and prints itself.

    A figure also stands there as it would be at the targets' pace: by how much more the yardstick
    takes here, in the same round, than where they were set.
    """

    def __init__(self) -> None:
        self._rounds: list[Mapping[str, Run]] = []
        self._weight: _Weight | None = None

    def add(self, measured: Mapping[str, Run]) -> None:
        """Take what one round measured."""
        self._rounds.append(measured)

    def weigh(self, process: int) -> None:
        """Note what the worker below *process* weighs, and all of that tree."""
        sizes = {one: memory(one) for one in family(process)}
        pss, rss = max(size for one, size in sizes.items() if one != process)
        whole = sum(size[0] for size in sizes.values())
        self._weight = _Weight(pss / 1e6, rss / 1e6, whole / 1e6)

    def __str__(self) -> str:
        """The lines, one for each operation and one for the memory."""
        head = (
            "operation",
            "CPU ms",
            "at the targets' pace",
            "of the stores",
            "per second",
            "target",
        )
        lines = [head, *(self._line(name, target) for name, target in _TARGETS.items())]
        if self._weight:
            weight = self._weight
            lines.append(
                (
                    "memory of the worker",
                    f"RSS {weight.rss:.0f} MB, PSS {weight.pss:.0f} MB",
                    "",
                    "",
                    f"with its master: PSS {weight.whole:.0f} MB",
                    _verdict(weight.rss, _WORKER_TARGET, "MB"),
                )
            )
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in lines
        )

    def _line(self, name: str, target: float | None) -> tuple[str, ...]:
        runs = [measured[name] for measured in self._rounds]
        cpu = Spread.of([each.cpu for each in runs])
        paced = None if name in _OF_ANOTHER_PACE else self._paced(name)
        stores = Spread.of([each.stores for each in runs])
        rate = Spread.of([each.per_second for each in runs])
        return (
            name,
            f"{cpu.median:.3f} ({cpu.least:.3f}–{cpu.most:.3f})",
            "" if paced is None else f"{paced:.3f}",
            f"{stores.median:.3f}" if stores.median else "",
            f"{rate.median:,.0f} ({rate.least:,.0f}–{rate.most:,.0f})",
            "" if target is None else _verdict(cpu.median, target, "ms", paced=paced),
        )

    def _paced(self, name: str) -> float:
        return statistics.median(
            measured[name].cpu * _YARDSTICK / measured[scenarios.YARDSTICK].cpu
            for measured in self._rounds
        )


def _verdict(value: float, target: float, unit: str, *, paced: float | None = None) -> str:
    if value <= target:
        return f"≤ {target:g} {unit}: met"
    at_pace = paced is not None and paced <= target
    return f"≤ {target:g} {unit}: {'met at their pace' if at_pace else 'missed'}"
