"""The console put together: the addresses of its pages."""

from flask import Blueprint

from idp.console.frame import SIGN_IN, ConsoleFrame
from idp.console.overview import ConsoleOverview
from idp.console.views import ConsoleSignIn, ConsoleSignOut
from idp.core.clock import Clock
from idp.db.database import Database
from idp.signing.model import RotationPolicy
from idp.signing.signer import Signer


def console_routes(
    *,
    frame: ConsoleFrame,
    signer: Signer,
    policy: RotationPolicy,
    database: Database,
    clock: Clock,
) -> Blueprint:
    """The blueprint of the door and the overview."""
    blueprint = Blueprint("console", __name__)
    for path, view in (
        (SIGN_IN, ConsoleSignIn.as_view("sign_in", frame)),
        ("/console/sign-out", ConsoleSignOut.as_view("sign_out", frame)),
        (
            "/console",
            ConsoleOverview.as_view("overview", frame, signer, policy, database, clock),
        ),
    ):
        blueprint.add_url_rule(path, view_func=view)
    return blueprint
