"""The pages put together."""

from datetime import timedelta

from flask import Blueprint

from idp.core.clock import Clock
from idp.db.database import Database
from idp.inactivity.reactivate import Reactivate
from idp.inactivity.views import OTP, START, ProvePhone, Start
from idp.interactions.visits import Visits
from idp.otp.one_time_passwords import OneTimePasswords
from idp.otp.page import OtpPage
from idp.web.pages import Pages


def reactivation_routes(
    *,
    pages: Pages,
    visits: Visits,
    otp: OneTimePasswords,
    otp_page: OtpPage,
    reactivate: Reactivate,
    proves_for: timedelta,
    database: Database,
    clock: Clock,
) -> Blueprint:
    """The blueprint; *proves_for*: how long password and code let the carrier be asked."""
    blueprint = Blueprint("reactivation", __name__)
    for path, name, view in ((START, "start", Start), (OTP, "otp", ProvePhone)):
        function = view.as_view(
            name,
            pages=pages,
            visits=visits,
            otp=otp,
            otp_page=otp_page,
            reactivate=reactivate,
            proves_for=proves_for,
            database=database,
            clock=clock,
        )
        blueprint.add_url_rule(path, view_func=function)
    return blueprint
