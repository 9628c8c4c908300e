"""The pages put together."""

from flask import Blueprint

from idp.account.frame import AccountFrame
from idp.account.security.change_password import ChangePassword
from idp.account.security.views import (
    PATH,
    Email,
    EndOthers,
    EndSession,
    Password,
    Security,
)
from idp.citizens.password_hasher import PasswordHasher
from idp.core.clock import Clock
from idp.db.database import Database
from idp.emails.ask_to_verify import AskToVerifyEmail
from idp.interactions.sign_in import SignIn


def security_routes(
    *,
    frame: AccountFrame,
    sign_in: SignIn,
    change_password: ChangePassword,
    hasher: PasswordHasher,
    ask_to_verify_email: AskToVerifyEmail,
    database: Database,
    clock: Clock,
) -> Blueprint:
    blueprint = Blueprint("security", __name__, url_prefix=PATH)
    for path, view in (
        ("", Security.as_view("security", frame, sign_in=sign_in, database=database, clock=clock)),
        ("/sessions/end", EndSession.as_view("end_session", frame, sign_in=sign_in)),
        ("/sessions/end-others", EndOthers.as_view("end_others", frame, sign_in=sign_in)),
        (
            "/password",
            Password.as_view(
                "password", frame, change=change_password, hasher=hasher, database=database
            ),
        ),
        (
            "/email",
            Email.as_view("email", frame, ask=ask_to_verify_email, database=database),
        ),
    ):
        blueprint.add_url_rule(path, view_func=view)
    return blueprint
