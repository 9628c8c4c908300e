"""The pages about cases put together."""

from flask import Blueprint

from idp.console.disputes.views import AskMore, Case, Cases, Decide, Extend
from idp.console.frame import ConsoleFrame
from idp.core.clock import Clock
from idp.db.database import Database
from idp.disputes.decide_dispute import ConductDispute, DecideDispute
from idp.disputes.look_at_case import LookAtCase


def console_dispute_routes(
    *,
    frame: ConsoleFrame,
    look: LookAtCase,
    decide: DecideDispute,
    conduct: ConductDispute,
    database: Database,
    clock: Clock,
) -> Blueprint:
    blueprint, cases = Blueprint("console_disputes", __name__), "/console/disputes"
    for path, view in (
        (cases, Cases.as_view("cases", frame, database, clock)),
        (f"{cases}/<number>", Case.as_view("case", frame, look)),
        (f"{cases}/<number>/decide", Decide.as_view("decide", frame, database, decide)),
        (f"{cases}/<number>/extend", Extend.as_view("extend", frame, database, conduct)),
        (f"{cases}/<number>/ask-more", AskMore.as_view("ask_more", frame, database, conduct)),
    ):
        blueprint.add_url_rule(path, view_func=view)
    return blueprint
