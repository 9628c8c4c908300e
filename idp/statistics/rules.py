"""How counts become numbers on a page: pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final, TypeVar

from idp.core.vietnam import VIETNAM
from idp.statistics.model import EVERYBODY, WAITS, WHOLE_DAY, HourlyCount, Measure, Tick, Way

SMALLEST_SHOWN: Final = 5
"""Fewer than so many could be told apart: a number below it is not shown."""
_BETWEEN: Final = " "
_PARTS: Final = 3  # of the detail of a sign-in
K = TypeVar("K")


def signed_in(
    client_id: str, *, way: Way, level: int, waited: timedelta | None, at: datetime
) -> Tick:
    """One code for a relying party, with all that is counted of it; see `spread`."""
    seconds = "" if waited is None else str(wait_class(waited))
    detail = _BETWEEN.join((way, str(level), seconds))
    return Tick(Measure.SIGNED_IN, client_id, detail, at)


def is_whole(count: HourlyCount) -> bool:
    """Whether `spread` can take it apart: whoever counted it may have run another version."""
    return count.measure is not Measure.SIGNED_IN or count.detail.count(_BETWEEN) == _PARTS - 1


def spread(count: HourlyCount) -> Iterable[tuple[Measure, str]]:
    """The measures and details that *count* is one of."""
    if count.measure is not Measure.SIGNED_IN:
        yield count.measure, count.detail
        return
    way, level, waited = count.detail.split(_BETWEEN)
    yield Measure.SIGNED_IN, way
    yield Measure.LEVEL, level
    if waited:
        yield Measure.WAITED, waited


Row = tuple[str, int, date, str, str]
"""Relying party, hour, day, measure, detail."""


def rows_of(
    counts: Iterable[HourlyCount], *, apart: Collection[str] = frozenset()
) -> Mapping[Row, int]:
    """What is to be added to which row; what is of those *apart* is nothing of everybody's."""
    rows: dict[Row, int] = {}
    for count in counts:
        there = count.hour.astimezone(VIETNAM)
        whose = {count.client_id} if count.client_id in apart else {count.client_id, EVERYBODY}
        for measure, detail in spread(count):
            for client_id in whose:
                for hour in (there.hour, WHOLE_DAY):
                    row = (client_id, hour, there.date(), str(measure), detail)
                    rows[row] = rows.get(row, 0) + count.count
    return rows


def wait_class(waited: timedelta) -> int:
    """The class of `WAITS` that a waiting time is counted in."""
    seconds = waited.total_seconds()
    return next((end for end in WAITS if seconds <= end), WAITS[-1])


def median(classes: Mapping[int, int]) -> float | None:
    """
    The median of waiting times, in seconds, from how many there were in each class.

    Within its class it is taken to lie in proportion. `None` where there are too few.
    """
    total = sum(classes.values())
    if total < SMALLEST_SHOWN:
        return None
    half, below, start = total / 2, 0, 0
    for end in WAITS:
        inside = classes.get(end, 0)
        if inside and below + inside >= half:
            return start + (end - start) * (half - below) / inside
        below, start = below + inside, end
    return float(WAITS[-1])


def shown(count: int) -> int | None:
    """The number as it may be shown; `None`: there are some, and too few."""
    return None if 0 < count < SMALLEST_SHOWN else count


def breakdown(parts: Mapping[K, int]) -> tuple[int | None, Mapping[K, int | None]]:
    """
    The sum of *parts* and each of them, as they may be shown beside each other.

    A lone hidden part would be the sum less the shown ones. So the next smaller ones are hidden
    too, until at least two are, which are together as many as may be shown, and more than one for
    each; where there are not so many, the sum is hidden. A reader cannot tell which of the hidden
    ones are small: they have one mark.
    """
    hidden = [part for part, count in parts.items() if shown(count) is None]
    others = sorted((count, at) for at, count in enumerate(parts.values()) if shown(count))
    names, total = list(parts), sum(parts.values())
    together = sum(parts[part] for part in hidden)
    for count, at in others:
        if not hidden or _hides(together, len(hidden)):
            break
        hidden.append(names[at])
        together += count
    may_add = not hidden or _hides(together, len(hidden))
    kept = {part: None if part in hidden else count for part, count in parts.items()}
    return (total if may_add else None), kept


def beside(parts: Mapping[K, int | None], *totals: int | None) -> Mapping[K, int | None]:
    """
    Parts whose sum is that of *totals*: one of these that is hidden does not follow from them.

    Where all parts are shown, the smallest is not.
    """
    counts = [(count, at) for at, count in enumerate(parts.values()) if count]
    if None not in totals or None in parts.values() or not counts:
        return parts
    smallest = list(parts)[min(counts)[1]]
    return {part: None if part == smallest else count for part, count in parts.items()}


def _hides(together: int, number: int) -> bool:
    return number > 1 and together >= SMALLEST_SHOWN and together > number


def rate(part: int, whole: int) -> float | None:
    """*part* of *whole*, at most 1; `None` where either is too small to be shown: it would tell."""
    return None if whole < SMALLEST_SHOWN or shown(part) is None else min(1.0, part / whole)


def days_of(last: date, number: int) -> Sequence[date]:
    """So many days up to *last*, the oldest first."""
    return [last - timedelta(days=back) for back in range(number - 1, -1, -1)]
