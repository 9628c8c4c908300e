"""The pages of failed requests put together."""

from datetime import timedelta

from flask import Blueprint

from idp.console.failures.views import FAILURES, ExportFailures, Failures
from idp.console.frame import ConsoleFrame
from idp.db.database import Database
from idp.failures.words import Manual


def failure_routes(
    *, frame: ConsoleFrame, database: Database, kept: timedelta, manual: Manual
) -> Blueprint:
    blueprint = Blueprint("console_failures", __name__)
    blueprint.add_url_rule(
        FAILURES, view_func=Failures.as_view("failures", frame, database, manual, kept)
    )
    blueprint.add_url_rule(
        f"{FAILURES}/export", view_func=ExportFailures.as_view("export", frame, database, manual)
    )
    return blueprint
