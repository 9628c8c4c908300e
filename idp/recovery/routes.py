"""Recovery put together: its use cases, and the addresses of its pages."""

from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint

from idp.carriers.check_phone import CheckPhone
from idp.carriers.count_question import CountQuestion
from idp.carriers.ports import CarrierRecords
from idp.citizens.password_hasher import PasswordHasher
from idp.core.clock import Clock
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.follow_ups.follow_ups import FollowUps
from idp.interactions.visits import Visits
from idp.messaging.links import Links
from idp.otp.one_time_passwords import OneTimePasswords
from idp.otp.page import OtpPage
from idp.recovery.after_code import AfterCode
from idp.recovery.ask_about_other_phone import AskAboutOtherPhone
from idp.recovery.ask_for_other_phone import AskForOtherPhone
from idp.recovery.begin_with_other_phone import BeginWithOtherPhone
from idp.recovery.cancel import CancelRecovery
from idp.recovery.cancel_views import cancel_routes
from idp.recovery.come_back import ComeBackWithOtherPhone
from idp.recovery.find_account import FindAccount
from idp.recovery.password_views import Done, Lapsed, NotNow, Password
from idp.recovery.path import RecoveryPage, RecoveryPath
from idp.recovery.ports import RecoveryTexts
from idp.recovery.replace_phone import ReplacePhone
from idp.recovery.reset_password import ResetPassword
from idp.recovery.tell_owner import TellOwner
from idp.recovery.views import OtherPhone, Otp, Start
from idp.relying_parties.ports import RelyingParties
from idp.throttling.ports import Budget, Throttle
from idp.web.pages import Pages


@dataclass(frozen=True, slots=True)
class RecoveryPolicy:
    """
    The numbers behind the pages, from settings.

    *sim_change_window*: how long after a SIM change a code is not enough; *proves_for*: how long a
    right code lets one set a password. Another phone waits for *wait*, and is then good for *kept*;
    what was typed about it is kept for *typed_kept*.
    """

    sim_change_window: timedelta
    proves_for: timedelta
    wait: timedelta
    kept: timedelta
    typed_kept: timedelta
    carrier_match_lapses_after: timedelta
    forms_per_network: Budget


def recovery_routes(
    *,
    pages: Pages,
    visits: Visits,
    otp: OneTimePasswords,
    otp_page: OtpPage,
    check_phone: CheckPhone,
    carriers: CarrierRecords,
    count_question: CountQuestion,
    hasher: PasswordHasher,
    follow_ups: FollowUps,
    queue: RecoveryTexts,
    links: Links,
    throttle: Throttle,
    policy: RecoveryPolicy,
    relying_parties: RelyingParties,
    database: Database,
    index: BlindIndex,
    clock: Clock,
) -> Blueprint:
    """The blueprint of a recovery."""
    blueprint = Blueprint("recovery", __name__)
    path = RecoveryPath(visits=visits, otp=otp, proves_for=policy.proves_for, clock=clock)
    ask = AskAboutOtherPhone(
        carriers=carriers, count=count_question, database=database, index=index, clock=clock
    )

    def add(view: type[RecoveryPage], **collaborators: object) -> None:
        function = view.as_view(view.__name__.lower(), pages, path, **collaborators)
        blueprint.add_url_rule(view.page, view_func=function)

    add(
        Start,
        visits=visits,
        otp=otp,
        otp_page=otp_page,
        find_account=FindAccount(database=database, index=index, clock=clock),
    )
    add(
        OtherPhone,
        otp=otp,
        otp_page=otp_page,
        begin=BeginWithOtherPhone(
            database=database,
            index=index,
            throttle=throttle,
            forms_per_network=policy.forms_per_network,
            kept=policy.typed_kept,
            clock=clock,
        ),
        wait=policy.wait,
        visits=visits,
        clock=clock,
    )
    add(
        Otp,
        otp=otp,
        otp_page=otp_page,
        after_code=AfterCode(
            check_phone=check_phone,
            sim_change_window=policy.sim_change_window,
            ask_for_other_phone=AskForOtherPhone(
                ask=ask,
                tell_owner=TellOwner(database=database, queue=queue, links=links, clock=clock),
                wait=policy.wait,
                kept=policy.kept,
                database=database,
                clock=clock,
            ),
            come_back=ComeBackWithOtherPhone(ask=ask, database=database, clock=clock),
            database=database,
            clock=clock,
        ),
        visits=visits,
        kept=policy.wait + policy.kept,
        database=database,
    )
    add(Lapsed)
    add(NotNow, kept=policy.kept)
    add(
        Password,
        visits=visits,
        hasher=hasher,
        reset=ResetPassword(database=database, follow_ups=follow_ups, clock=clock),
        replace_phone=ReplacePhone(
            database=database,
            follow_ups=follow_ups,
            carrier_match_lapses_after=policy.carrier_match_lapses_after,
            clock=clock,
        ),
        database=database,
    )
    add(Done, visits=visits, relying_parties=relying_parties)
    blueprint.register_blueprint(
        cancel_routes(
            pages=pages,
            cancel=CancelRecovery(database=database, queue=queue, clock=clock),
            database=database,
            clock=clock,
        )
    )
    return blueprint
