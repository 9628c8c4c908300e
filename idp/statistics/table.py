"""A report as rows of a file."""

from collections.abc import Iterable
from typing import Final

from idp.statistics.report import Report

COLUMNS: Final = ("from", "to", "client_id", "measure", "detail", "value")
HIDDEN: Final = "hidden"
"""What stands for a number that is too small to be shown, or would tell one that is."""


def rows(report: Report) -> Iterable[tuple[str, ...]]:
    """The whole period first, then its hours or days; one number a row."""
    whole = (report.first.isoformat(), report.last.isoformat(), report.client_id)
    for measure, detail, value in _totals(report):
        yield (*whole, measure, detail, value)
    for step in report.steps:
        starts = step.starts.isoformat(timespec="minutes")
        yield (starts, "", report.client_id, "begun", "", number(step.begun))
        yield (starts, "", report.client_id, "signed_in", "", number(step.signed_in))


def number(count: int | None) -> str:
    """A count as it is written."""
    return HIDDEN if count is None else str(count)


def _totals(report: Report) -> Iterable[tuple[str, str, str]]:
    yield "begun", "", number(report.begun)
    yield "signed_in", "", number(report.signed_in)
    yield "signed_in", "silent", number(report.silent)
    if report.success is not None:
        yield "success_rate", "", f"{report.success:.3f}"
    if report.median is not None:
        yield "median_seconds", "", f"{report.median:.1f}"
    for level, count in report.levels.items():
        yield "level", str(level), number(count)
    for error, count in report.refused.items():
        yield "refused", error, number(count)
    for texts in report.texts:
        yield "otp_sent", texts.carrier, number(texts.sent)
        yield "otp_failed", texts.carrier, number(texts.failed)
        yield "otp_confirmed", texts.carrier, number(texts.confirmed)
    for stage, count in report.enrolments.items():
        yield "enrolment", str(stage), number(count)
