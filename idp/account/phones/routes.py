"""The pages put together."""

from flask import Blueprint

from idp.account.frame import AccountFrame
from idp.account.phones.views import PATH, Add, AskForPhone, Confirm, Default, List, Remove
from idp.citizens.rules import VerificationLevel
from idp.core.clock import Clock
from idp.db.database import Database
from idp.otp.one_time_passwords import OneTimePasswords
from idp.otp.page import OtpPage
from idp.phones.add_phone import AddPhone
from idp.phones.begin_phone import BeginPhone, PhonePolicy
from idp.phones.change_phones import MakeDefault, RemovePhone


def phone_routes(
    *,
    frame: AccountFrame,
    otp: OneTimePasswords,
    otp_page: OtpPage,
    begin: BeginPhone,
    add: AddPhone,
    make_default: MakeDefault,
    remove: RemovePhone,
    policy: PhonePolicy,
    levels: tuple[VerificationLevel, ...],
    database: Database,
    clock: Clock,
) -> Blueprint:
    blueprint = Blueprint("phones", __name__, url_prefix=PATH)
    here = (frame, database, policy, clock)
    ask = AskForPhone(otp=otp, otp_page=otp_page, database=database)
    for path, view in (
        ("", List.as_view("list", *here)),
        ("/add", Add.as_view("add", *here, begin=begin, ask=ask)),
        ("/<one>/confirm", Confirm.as_view("confirm", *here, ask=ask, add=add)),
        ("/<one>/default", Default.as_view("default", *here, make_default=make_default)),
        ("/<one>/remove", Remove.as_view("remove", *here, remove=remove, levels=levels)),
    ):
        blueprint.add_url_rule(path, view_func=view)
    return blueprint
