"""The pages of a run put together."""

from flask import Blueprint

from idp.integration_tests.begin_run import PATH
from idp.integration_tests.views import (
    CASE,
    DOCUMENT,
    REPORT,
    SEND_AGAIN,
    RunCase,
    RunCases,
    RunDocument,
    RunPages,
    RunReport,
    SendAgain,
)


def integration_test_routes(common: RunPages) -> Blueprint:
    blueprint = Blueprint("integration_tests", __name__)
    for path, view in (
        (PATH, RunCases.as_view("run", common)),
        (CASE, RunCase.as_view("case", common)),
        (SEND_AGAIN, SendAgain.as_view("send_again", common)),
        (REPORT, RunReport.as_view("report", common)),
        (DOCUMENT, RunDocument.as_view("document", common)),
    ):
        blueprint.add_url_rule(path, view_func=view)
    return blueprint
