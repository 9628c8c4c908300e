"""The pages about operators put together."""

from flask import Blueprint

from idp.console.frame import ConsoleFrame
from idp.console.operators.invitation_views import Invitation
from idp.console.operators.views import (
    INVITATION,
    OPERATORS,
    ColleagueDisable,
    ColleagueRole,
    Invite,
    Operators,
    OwnPassword,
)
from idp.core.clock import Clock
from idp.db.database import Database
from idp.operators.change_operator import ChangeOperatorPassword, ChangeRole
from idp.operators.disable_operator import DisableOperator
from idp.operators.invite_operator import AcceptInvitation, InviteOperator


def operator_routes(
    *,
    frame: ConsoleFrame,
    invite: InviteOperator,
    accept: AcceptInvitation,
    change_role: ChangeRole,
    disable: DisableOperator,
    change_password: ChangeOperatorPassword,
    issuer: str,
    service: str,
    database: Database,
    clock: Clock,
) -> Blueprint:
    """The blueprint; *service* is how an app calls the account."""
    blueprint = Blueprint("console_operators", __name__)
    for path, view in (
        (OPERATORS, Operators.as_view("operators", frame, database, clock)),
        (f"{OPERATORS}/invite", Invite.as_view("invite", frame, invite, issuer)),
        (
            f"{OPERATORS}/<name>/role",
            ColleagueRole.as_view("role", frame, database, change_role),
        ),
        (
            f"{OPERATORS}/<name>/disable",
            ColleagueDisable.as_view("disable", frame, database, disable),
        ),
        ("/console/password", OwnPassword.as_view("password", frame, change_password)),
        (INVITATION, Invitation.as_view("invitation", frame.pages, accept, service)),
    ):
        blueprint.add_url_rule(path, view_func=view)
    return blueprint
