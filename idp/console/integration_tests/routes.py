"""The pages of runs put together."""

from flask import Blueprint

from idp.console.frame import ConsoleFrame
from idp.console.integration_tests.views import (
    RUNS,
    BeginTestRun,
    TestDocument,
    TestReport,
    TestRuns,
)
from idp.core.clock import Clock
from idp.db.database import Database
from idp.integration_tests.begin_run import BeginRun
from idp.integration_tests.reports import Reports


def console_integration_test_routes(
    *, frame: ConsoleFrame, begin: BeginRun, reports: Reports, database: Database, clock: Clock
) -> Blueprint:
    blueprint = Blueprint("console_integration_tests", __name__)
    for path, view in (
        (RUNS, TestRuns.as_view("runs", frame, database, begin, clock)),
        (f"{RUNS}/start", BeginTestRun.as_view("begin", frame, database, begin)),
        (f"{RUNS}/<run>", TestReport.as_view("report", frame, database, reports)),
        (f"{RUNS}/<run>/report.json", TestDocument.as_view("document", frame, database, reports)),
    ):
        blueprint.add_url_rule(path, view_func=view)
    return blueprint
