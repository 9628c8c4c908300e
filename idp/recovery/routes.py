"""Recovery put together: its use cases, and the addresses of its pages."""

from datetime import timedelta

from flask import Blueprint

from idp.carriers.check_phone import CheckPhone
from idp.citizens.password_hasher import PasswordHasher
from idp.core.clock import Clock
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.interactions.sign_in import SignIn
from idp.interactions.visits import Visits
from idp.messaging.ports import Notices
from idp.otp.one_time_passwords import OneTimePasswords
from idp.otp.page import OtpPage
from idp.recovery.find_account import FindAccount
from idp.recovery.path import Path, RecoveryPage
from idp.recovery.reset_password import ResetPassword
from idp.recovery.views import Done, Lapsed, NotNow, Otp, Password, Start
from idp.web.pages import Pages


def recovery_routes(
    *,
    pages: Pages,
    visits: Visits,
    otp: OneTimePasswords,
    otp_page: OtpPage,
    check_phone: CheckPhone,
    hasher: PasswordHasher,
    sign_in: SignIn,
    notices: Notices,
    sim_change_window: timedelta,
    proves_for: timedelta,
    database: Database,
    index: BlindIndex,
    clock: Clock,
) -> Blueprint:
    """
    The blueprint of a recovery.

    *sim_change_window*: how long after a SIM change a code is not enough; *proves_for*: how long a
    right code lets one set a password.
    """
    blueprint = Blueprint("recovery", __name__)
    path = Path(visits=visits, otp=otp, proves_for=proves_for, clock=clock)

    def add(view: type[RecoveryPage], **collaborators: object) -> None:
        function = view.as_view(view.__name__.lower(), pages, path, **collaborators)
        blueprint.add_url_rule(view.page, view_func=function)

    add(
        Start,
        visits=visits,
        otp=otp,
        otp_page=otp_page,
        find_account=FindAccount(database=database, index=index),
    )
    add(
        Otp,
        otp=otp,
        otp_page=otp_page,
        check_phone=check_phone,
        sim_change_window=sim_change_window,
        clock=clock,
    )
    add(Lapsed)
    add(NotNow)
    add(
        Password,
        visits=visits,
        hasher=hasher,
        reset=ResetPassword(database=database, sign_in=sign_in, notices=notices, clock=clock),
        database=database,
    )
    add(Done)
    return blueprint
