"""`/console/statistics`: one period of one portal, or of all."""

from collections.abc import Sequence
from typing import Any, Final

from flask import Response
from flask_babel import (
    format_datetime,
    format_number,
    format_percent,
)
from sqlalchemy.orm import Session

from idp.console.frame import ConsoleFrame, ConsolePage, Section
from idp.console.statistics.charts import chart
from idp.db.database import Database
from idp.onboarding import store as relying_parties
from idp.onboarding.store import Filter
from idp.operators.permissions import Permission, may_see, teams_seen_by
from idp.relying_parties.model import ClientId
from idp.statistics.model import EVERYBODY
from idp.statistics.report import Period, Report, Statistics
from idp.statistics.table import COLUMNS, rows
from idp.web.address import page_query
from idp.web.at_hand import request
from idp.web.csv_file import csv_bytes, csv_download
from idp.web.forms import ChoiceField, Form, plain_line
from idp.web.see_other import see_other
from idp.web.shown_time import shown_day
from idp.web.texts import gettext as _
from idp.web.texts import lazy_gettext

STATISTICS: Final = "/console/statistics"
_LONGEST_TEXT: Final = 128
_MOST_NAMED: Final = 200
"""Portals that are offered by name; where there are more, one types the id."""
_HOUR: Final = "HH'h'"
_DAY: Final = "dd/MM"


class PeriodForm(Form):
    """Which portal, and how many days; it stands in the address."""

    portal = ChoiceField(lazy_gettext("Cổng"), choices=[])
    days = ChoiceField(
        lazy_gettext("Thời gian"),
        choices=[
            (str(int(Period.TODAY)), lazy_gettext("hôm nay")),
            (str(int(Period.WEEK)), lazy_gettext("7 ngày")),
            (str(int(Period.MONTH)), lazy_gettext("30 ngày")),
            (str(int(Period.QUARTER)), lazy_gettext("90 ngày")),
        ],
    )


class _StatisticsPage(ConsolePage):
    permission = Permission.SEE_STATISTICS
    section = Section.STATISTICS

    def __init__(self, frame: ConsoleFrame, database: Database, statistics: Statistics) -> None:
        super().__init__(frame)
        self._database = database
        self._statistics = statistics

    def _asked(self) -> tuple[PeriodForm, bool, Report | None]:
        """
        The form, whether it names the portals, and the report; `None`: there is no such portal.

        A province's team sees its own: the first where none is named, and never all together.
        """
        typed = plain_line(request.args.get("portal", ""))[:_LONGEST_TEXT]
        sees_all = teams_seen_by(self.operator) is None
        with self._database.reading() as reading:
            named = self._portals(reading)
            is_there = typed in named or (len(named) > _MOST_NAMED and self._sees(reading, typed))
        if not typed and not sees_all and named:
            typed, is_there = next(iter(named)), True
        period = _period()
        form = self._pages.blank_form(PeriodForm, portal=typed, days=str(int(period)))
        all_of_them = [("", _("Tất cả các cổng"))] if sees_all else []
        form.portal.choices = [*all_of_them, *named.items()]
        if not is_there and not (sees_all and not typed):
            if typed:
                form.fail("portal", _("Không có cổng nào mang mã này"))
            return form, len(named) <= _MOST_NAMED, None
        return form, len(named) <= _MOST_NAMED, self._statistics(period, typed or EVERYBODY)

    def _portals(self, reading: Session) -> dict[str, str]:
        """The portals that one may see, by id: their names; one more than are offered."""
        found = relying_parties.page(
            reading, Filter(), seen_by=self.operator, limit=_MOST_NAMED + 1
        )
        return {str(each.client_id): f"{each.name} ({each.client_id})" for each in found}

    def _sees(self, reading: Session, client_id: str) -> bool:
        """Whether there is such a portal among the many that the operator may see."""
        found = relying_parties.found(reading, ClientId(client_id))
        return found is not None and may_see(self.operator, found.team)


class StatisticsPage(_StatisticsPage):
    """The page."""

    def show(self, **address: str) -> Response:
        form, offers_names, report = self._asked()
        values = {} if report is None else shown_report(report)
        return self.render(
            "console/statistics/report.html",
            form=form,
            offers_names=offers_names,
            report=report,
            export_query=page_query(),
            **values,
        )


class ExportStatistics(_StatisticsPage):
    """`/console/statistics/export`: the same as a file."""

    def show(self, **address: str) -> Response:
        """The file; where there is no such portal, the page says so."""
        _form, _names, report = self._asked()
        if report is None:
            return see_other(f"{STATISTICS}?{page_query()}")
        return csv_download("statistics.csv", csv_bytes(COLUMNS, rows(report)))


def _period() -> Period:
    asked = request.args.get("days", "")
    return next((period for period in Period if asked == str(int(period))), Period.WEEK)


def shown_report(report: Report) -> dict[str, Any]:
    """The report's numbers as text."""
    pattern = _HOUR if report.period is Period.TODAY else _DAY
    labels = [format_datetime(step.starts, pattern) for step in report.steps]
    drawn = chart(
        [
            (label, step.begun, step.signed_in)
            for label, step in zip(labels, report.steps, strict=True)
        ]
    )
    texts = chart([(each.carrier, each.sent, each.confirmed) for each in report.texts])
    return {
        "chart": drawn,
        "texts_chart": texts,
        "texts_top": _number(texts.top),
        "top": _number(drawn.top),
        "steps": [
            (label, _number(step.begun), _number(step.signed_in))
            for label, step in zip(labels, report.steps, strict=True)
            if step.begun != 0 or step.signed_in != 0
        ],
        "first": shown_day(report.first),
        "last": shown_day(report.last),
        "begun": _number(report.begun),
        "signed_in": _number(report.signed_in),
        "silent": _number(report.silent),
        "success": None if report.success is None else format_percent(report.success, "#,##0.0 %"),
        "median": None if report.median is None else round(report.median),
        "levels": [(level, _number(count)) for level, count in report.levels.items()],
        "refused": [(error, _number(count)) for error, count in report.refused.items()],
        "texts": [
            (each.carrier, _number(each.sent), _number(each.failed), _number(each.confirmed))
            for each in report.texts
        ],
        "enrolments": _stages(report),
    }


def _stages(report: Report) -> Sequence[tuple[str, str]]:
    return [(str(stage), _number(count)) for stage, count in report.enrolments.items()]


def _number(count: int | None) -> str:
    return _("ẩn") if count is None else str(format_number(count))
