"""The pages of statistics put together."""

from flask import Blueprint

from idp.console.frame import ConsoleFrame
from idp.console.statistics.views import STATISTICS, ExportStatistics, StatisticsPage
from idp.db.database import Database
from idp.statistics.report import Statistics


def statistics_routes(
    *, frame: ConsoleFrame, database: Database, statistics: Statistics
) -> Blueprint:
    blueprint = Blueprint("console_statistics", __name__)
    for path, view in (
        (STATISTICS, StatisticsPage.as_view("statistics", frame, database, statistics)),
        (
            f"{STATISTICS}/export",
            ExportStatistics.as_view("export", frame, database, statistics),
        ),
    ):
        blueprint.add_url_rule(path, view_func=view)
    return blueprint
