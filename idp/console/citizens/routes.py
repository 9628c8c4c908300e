"""The pages about a citizen's account put together."""

from flask import Blueprint

from idp.console.citizens.views import FindAccount, LockAccount, UnlockAccount
from idp.console.frame import ConsoleFrame
from idp.helpdesk.find_citizen import FindCitizen
from idp.interactions.hold_account import HoldAccount


def console_citizen_routes(
    *, frame: ConsoleFrame, find: FindCitizen, hold: HoldAccount
) -> Blueprint:
    blueprint, citizens = Blueprint("console_citizens", __name__), "/console/citizens"
    for path, view in (
        (citizens, FindAccount.as_view("find", frame, find)),
        (f"{citizens}/<citizen_id>/lock", LockAccount.as_view("lock", frame, find, hold)),
        (f"{citizens}/<citizen_id>/unlock", UnlockAccount.as_view("unlock", frame, find, hold)),
    ):
        blueprint.add_url_rule(path, view_func=view)
    return blueprint
