"""What a page, a file or a command shows of the counts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum
from typing import Final

from idp.core.clock import Clock
from idp.core.vietnam import day_of, start_of
from idp.db.database import Database
from idp.statistics import store
from idp.statistics.model import EVERYBODY, Measure, Stage, Way
from idp.statistics.rules import beside, breakdown, days_of, median, rate, shown
from idp.statistics.store import CountRow

_HOURS_OF_A_DAY: Final = 24


class Period(IntEnum):
    """How many days, today being the last."""

    TODAY = 1
    WEEK = 7
    MONTH = 30
    QUARTER = 90


@dataclass(frozen=True, slots=True)
class Step:
    """An hour or a day: how many began and how many signed in; `None` is not shown."""

    starts: datetime
    begun: int | None
    signed_in: int | None


@dataclass(frozen=True, slots=True)
class CarrierTexts:
    """Texts with codes to numbers of one carrier; *confirmed*: typed rightly, so they arrived."""

    carrier: str
    sent: int | None
    failed: int | None
    confirmed: int | None


@dataclass(frozen=True, slots=True)
class Report:
    """
    One period of one relying party, or of all together (*client_id* empty).

    A count is `None` where there are some, but fewer than may be shown, or where such a one would
    follow from it. *success* is the share of those sent to sign in who did, *median* in seconds,
    from the request to the code, of those who signed in for it.
    """

    client_id: str
    period: Period
    first: date
    last: date
    steps: Sequence[Step]
    begun: int | None
    signed_in: int | None
    silent: int | None
    success: float | None
    median: float | None
    levels: Mapping[int, int | None]
    refused: Mapping[str, int | None]
    texts: Sequence[CarrierTexts]
    enrolments: Mapping[Stage, int | None]

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was counted."""
        return not (
            any((self.begun, self.signed_in, self.silent))
            or None in (self.begun, self.signed_in, self.silent)
            or self.texts
            or self.enrolments
        )


class Statistics:
    """Makes reports: one question each."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def __call__(self, period: Period, client_id: str = EVERYBODY) -> Report:
        """The report of that period, up to now."""
        today = day_of(self._clock.now())
        days = days_of(today, period)
        with self._database.reading() as reading:
            if period is Period.TODAY:
                rows = store.of_hours(reading, client_id, today)
            else:
                rows = store.of_days(reading, client_id, days[0], today)
        return _report(client_id, period, days, rows)


def _report(
    client_id: str, period: Period, days: Sequence[date], rows: Sequence[CountRow]
) -> Report:
    totals: Counter[tuple[Measure, str]] = Counter()
    for row in rows:
        totals[row.measure, row.detail] += row.count
    steps = _starts_of_all(period, days)
    begun, begun_then = breakdown(_begun(rows, steps))
    came, came_then = breakdown(_came(rows, steps))
    silent = shown(totals[Measure.SIGNED_IN, Way.SILENT])
    levels = {int(level): n for level, n in sorted(_of(totals, Measure.LEVEL).items())}
    return Report(
        client_id=client_id,
        period=period,
        first=days[0],
        last=days[-1],
        steps=[Step(at, begun_then[at], came_then[at]) for at in steps],
        begun=begun,
        signed_in=came,
        silent=silent,
        success=None if begun is None or came is None else rate(came, begun),
        median=median({int(end): n for end, n in _of(totals, Measure.WAITED).items()}),
        levels=beside(breakdown(levels)[1], came, silent),
        refused={error: shown(n) for error, n in sorted(_of(totals, Measure.REFUSED).items())},
        texts=_texts(totals),
        enrolments=_enrolments(_of(totals, Measure.ENROLMENT)),
    )


def _of(totals: Counter[tuple[Measure, str]], measure: Measure) -> Mapping[str, int]:
    return {detail: count for (each, detail), count in totals.items() if each is measure}


def _enrolments(counts: Mapping[str, int]) -> Mapping[Stage, int | None]:
    """Each form has an answer: forms less answers would tell how many had the rare one."""
    stages = {stage: counts[stage] for stage in Stage if counts.get(stage)}
    ends = {Stage.FORM, Stage.ENROLLED}
    answered, answers = breakdown({each: n for each, n in stages.items() if each not in ends})
    forms = shown(stages.get(Stage.FORM, 0)) if answered is not None else None
    of_all = {Stage.FORM: forms, **answers, Stage.ENROLLED: shown(stages.get(Stage.ENROLLED, 0))}
    return {stage: of_all[stage] for stage in stages}


def _texts(totals: Counter[tuple[Measure, str]]) -> Sequence[CarrierTexts]:
    of_texts = (Measure.OTP_SENT, Measure.OTP_FAILED, Measure.OTP_CONFIRMED)
    carriers = sorted({carrier for measure, carrier in totals if measure in of_texts})
    return [
        CarrierTexts(carrier, *(shown(totals[measure, carrier]) for measure in of_texts))
        for carrier in carriers
    ]


def _starts_of_all(period: Period, days: Sequence[date]) -> Sequence[datetime]:
    """The hours of the one day, or the days; those without a count too."""
    if period is Period.TODAY:
        return [_starts(days[0], hour) for hour in range(_HOURS_OF_A_DAY)]
    return [_starts(day, 0) for day in days]


def _begun(rows: Sequence[CountRow], steps: Sequence[datetime]) -> Mapping[datetime, int]:
    counts = dict.fromkeys(steps, 0)
    for row in rows:
        if row.measure is Measure.BEGUN:
            counts[_starts(row.day, max(row.hour, 0))] += row.count
    return counts


def _came(rows: Sequence[CountRow], steps: Sequence[datetime]) -> Mapping[datetime, int]:
    counts = dict.fromkeys(steps, 0)
    for row in rows:
        if row.measure is Measure.SIGNED_IN and row.detail != Way.SILENT:
            counts[_starts(row.day, max(row.hour, 0))] += row.count
    return counts


def _starts(day: date, hour: int) -> datetime:
    return start_of(day) + timedelta(hours=hour)
