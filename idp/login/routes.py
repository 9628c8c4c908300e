"""The sign-in put together: the addresses of its pages."""

from flask import Blueprint

from idp.authenticators.device_cookie import DeviceCookie
from idp.authenticators.verify_app_code import VerifyAppCode
from idp.authenticators.verify_passkey import VerifyPasskey
from idp.authenticators.verify_recovery_code import VerifyRecoveryCode
from idp.core.clock import Clock
from idp.db.database import Database
from idp.interactions.visits import Visits
from idp.login.password_login import PasswordLogin
from idp.login.second_factor import AskSecondFactor
from idp.login.second_factor_views import (
    AppCode,
    OtherWay,
    PasskeySignIn,
    RecoveryCode,
    SmsDoubted,
)
from idp.login.views import Choose, Login, SignInCode
from idp.otp.one_time_passwords import OneTimePasswords
from idp.otp.page import OtpPage
from idp.web.pages import Pages


def login_routes(
    *,
    pages: Pages,
    visits: Visits,
    login: PasswordLogin,
    ask: AskSecondFactor,
    otp: OneTimePasswords,
    otp_page: OtpPage,
    verify_app_code: VerifyAppCode,
    verify_passkey: VerifyPasskey,
    verify_recovery_code: VerifyRecoveryCode,
    device_cookie: DeviceCookie,
    database: Database,
    clock: Clock,
) -> Blueprint:
    """The blueprint of the sign-in pages."""
    blueprint = Blueprint("login", __name__)
    here = (pages, visits, clock)
    for path, view in (
        ("/choose", Choose.as_view("choose", pages, visits)),
        (
            "/login",
            Login.as_view("login", pages, visits, login, ask, otp_page, device_cookie),
        ),
        (
            "/otp",
            SignInCode.as_view(
                "otp", pages, visits, otp, ask, otp_page, device_cookie, database, clock
            ),
        ),
        ("/login/way", OtherWay.as_view("way", pages, visits, ask, otp_page)),
        ("/login/new-device", SmsDoubted.as_view("new_device", *here)),
        ("/login/app-code", AppCode.as_view("app_code", *here, verify_app_code, device_cookie)),
        ("/login/passkey", PasskeySignIn.as_view("passkey", *here, verify_passkey)),
        (
            "/login/recovery-code",
            RecoveryCode.as_view("recovery_code", *here, verify_recovery_code),
        ),
    ):
        blueprint.add_url_rule(path, view_func=view)
    return blueprint
