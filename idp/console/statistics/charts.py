"""Bars: numbers as lengths, for a chart that is drawn by the server, beside its table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_TALLEST: Final = 120
"""Units of the drawing; its width is 600."""
_WIDTH: Final = 600
_WIDEST: Final = 60
_FILLED: Final = 0.8
"""How much of its place a bar takes."""
_STEPS: Final = (1, 2, 3, 4, 5, 6, 8)


@dataclass(frozen=True, slots=True)
class Bar:
    """One pair of bars: the whole, and the part of it, `None` where there are too few to show."""

    label: str
    whole: int | None
    part: int | None
    left: float
    whole_height: float
    part_height: float
    is_named: bool
    """Whether there is room for its label below the chart."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of bars; *top* is the number that its upper line stands for."""

    bars: Sequence[Bar]
    bar_width: float
    top: int


def chart(rows: Sequence[tuple[str, int | None, int | None]], *, most_labels: int = 6) -> Chart:
    """
    Bars for *rows* of label, whole and part.

    Numbers that are too small to be shown have no height: a bar must not tell what a number hides.
    """
    top = _rounded_up(max((max(whole or 0, part or 0) for _, whole, part in rows), default=0))
    each = _WIDTH / max(len(rows), 1)
    every = -(-len(rows) // most_labels)
    bars = [
        Bar(
            label=label,
            whole=whole,
            part=part,
            left=round(number * each, 2),
            whole_height=round(_TALLEST * (whole or 0) / top, 2),
            part_height=round(_TALLEST * (part or 0) / top, 2),
            is_named=number % every == 0,
        )
        for number, (label, whole, part) in enumerate(rows)
    ]
    return Chart(bars, bar_width=round(min(each * _FILLED, _WIDEST), 2), top=top)


def _rounded_up(number: int) -> int:
    """The next number whose first digit alone is not nought."""
    size = 1
    while True:
        for step in _STEPS:
            if step * size >= max(number, 1):
                return step * size
        size *= 10
