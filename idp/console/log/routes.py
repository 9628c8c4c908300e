"""The pages of the log put together."""

from flask import Blueprint

from idp.console.frame import ConsoleFrame
from idp.console.log.views import ExportLog, Log
from idp.core.clock import Clock
from idp.db.database import Database


def log_routes(*, frame: ConsoleFrame, database: Database, clock: Clock) -> Blueprint:
    blueprint = Blueprint("console_log", __name__)
    for path, view in (
        ("/console/log", Log.as_view("log", frame, database, clock)),
        ("/console/log/export", ExportLog.as_view("export", frame, database, clock)),
    ):
        blueprint.add_url_rule(path, view_func=view)
    return blueprint
