"""The officer's pages put together."""

from flask import Blueprint

from idp.console.frame import ConsoleFrame
from idp.console.visits.views import VisitCode, VisitConfirm
from idp.counter_visits.confirm_visit import ConfirmVisit


def visit_routes(*, frame: ConsoleFrame, confirm: ConfirmVisit) -> Blueprint:
    blueprint = Blueprint("console_visits", __name__)
    for path, view in (
        ("/console/visits", VisitCode.as_view("code", frame, confirm)),
        ("/console/visits/confirm", VisitConfirm.as_view("confirm", frame, confirm)),
    ):
        blueprint.add_url_rule(path, view_func=view)
    return blueprint
