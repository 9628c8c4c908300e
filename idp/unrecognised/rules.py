"""The number of a report: pure."""

from idp.unrecognised.model import ReportNumber


def report_number(year: int, number: int) -> ReportNumber:
    """The number as both sides say it."""
    return ReportNumber(f"BV-{year}-{number:06}")
