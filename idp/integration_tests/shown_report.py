"""A report as pages show it: moments in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from idp.integration_tests.cases import Case
from idp.integration_tests.model import CaseName, Outcome, Reason
from idp.integration_tests.reports import Report
from idp.web.shown_time import shown_second


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A case, and what it came to so far."""

    case: Case
    outcome: Outcome | None
    reason: Reason | None
    at: str | None


@dataclass(frozen=True, slots=True)
class ShownReport:
    """What the templates name; *next_case* is the first that was not tried yet."""

    lines: Sequence[ShownLine]
    next_case: CaseName | None
    passed: bool
    failed: int
    missing: int
    begun_at: str
    until: str
    last_at: str | None


def shown(report: Report) -> ShownReport:
    """*report* in the language and the zone of this request."""
    untried = (case.name for case, result in report.lines if result is None)
    return ShownReport(
        next_case=next(untried, None),
        lines=[
            ShownLine(case, None, None, None)
            if result is None
            else ShownLine(case, result.outcome, result.reason, shown_second(result.at))
            for case, result in report.lines
        ],
        passed=report.passed,
        failed=report.failed,
        missing=report.missing,
        begun_at=shown_second(report.run.begun_at),
        until=shown_second(report.run.expires_at),
        last_at=shown_second(report.last_at),
    )
