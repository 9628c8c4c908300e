"""Enrolling put together: its use cases, and the addresses of its pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint

from idp.carriers.count_question import CountQuestion
from idp.carriers.model import SubscriberCheck
from idp.carriers.ports import CarrierRecords
from idp.citizens.password_hasher import PasswordHasher
from idp.citizens.rules import VerificationLevel
from idp.core.clock import Clock
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.emails.ask_to_verify import AskToVerifyEmail
from idp.enrolment.ask_carrier import AskCarrier
from idp.enrolment.ask_with_old_number import AskWithOldNumber
from idp.enrolment.confirm_phone import ConfirmPhone
from idp.enrolment.create_citizen import CreateCitizen
from idp.enrolment.form_views import Method, Mobile, NotOpen
from idp.enrolment.notice import Notice
from idp.enrolment.path import EnrolmentPath
from idp.enrolment.rules import Page
from idp.enrolment.submit_form import SubmitForm
from idp.enrolment.take_up import FindKept, TakeUpEnrolment
from idp.enrolment.take_up_views import TakeUpCode, TakeUpStart
from idp.enrolment.views import (
    REFUSALS,
    CarrierSays,
    Done,
    Exists,
    Mismatch,
    Otp,
    Password,
)
from idp.follow_ups.follow_ups import FollowUps
from idp.interactions.visits import Visits
from idp.otp.one_time_passwords import OneTimePasswords
from idp.otp.page import OtpPage
from idp.relying_parties.ports import RelyingParties
from idp.statistics.ports import Tally
from idp.throttling.ports import Budget, Throttle
from idp.web.pages import Pages
from idp.web.views import MethodView


@dataclass(frozen=True, slots=True)
class EnrolmentPolicy:
    """
    The numbers behind the rules, from settings.

    *proves_for*: how long a right code lets the enrolment go on; *counts_as_sign_in*: how old it
    may be for the enrolment to be a sign-in too.
    """

    minimum_age: int
    kept: timedelta
    proves_for: timedelta
    counts_as_sign_in: timedelta
    carrier_match_lapses_after: timedelta


def enrolment_routes(
    *,
    pages: Pages,
    visits: Visits,
    otp: OneTimePasswords,
    otp_page: OtpPage,
    carriers: CarrierRecords,
    hasher: PasswordHasher,
    follow_ups: FollowUps,
    ask_to_verify_email: AskToVerifyEmail,
    throttle: Throttle,
    count: CountQuestion,
    forms_per_network: Budget,
    policy: EnrolmentPolicy,
    notice: Notice,
    checks: Mapping[str, SubscriberCheck],
    relying_parties: RelyingParties,
    levels: tuple[VerificationLevel, ...],
    tally: Tally,
    database: Database,
    index: BlindIndex,
    clock: Clock,
) -> Blueprint:
    """The blueprint of enrolling; *checks* are the carriers' own, by their names."""
    path = EnrolmentPath(
        pages=pages,
        visits=visits,
        otp=otp,
        otp_page=otp_page,
        ask_carrier=AskCarrier(
            carriers=carriers,
            database=database,
            count=count,
            proves_for=policy.proves_for,
            tally=tally,
            clock=clock,
        ),
        database=database,
        proves_for=policy.proves_for,
        clock=clock,
    )
    submit = SubmitForm(
        database=database,
        index=index,
        throttle=throttle,
        budget=forms_per_network,
        kept=policy.kept,
        tally=tally,
        clock=clock,
    )
    create = CreateCitizen(
        database=database,
        index=index,
        hasher=hasher,
        follow_ups=follow_ups,
        proves_for=policy.proves_for,
        carrier_match_lapses_after=policy.carrier_match_lapses_after,
        tally=tally,
        clock=clock,
    )
    blueprint = Blueprint("enrolment", __name__, url_prefix="/enrol")
    common = (pages, visits, path)

    def add(name: str, view: type[MethodView], *arguments: object, **collaborators: object) -> None:
        function = view.as_view(name, *arguments, **collaborators)
        blueprint.add_url_rule(f"/{name}", view_func=function)

    add("not-open", NotOpen, pages, visits)
    add(Page.METHOD, Method, *common)
    add(
        Page.MOBILE,
        Mobile,
        *common,
        submit=submit,
        notice=notice,
        minimum_age=policy.minimum_age,
        database=database,
        clock=clock,
    )
    confirm_phone = ConfirmPhone(database=database, clock=clock)
    add(Page.OTP, Otp, *common, otp_page=otp_page, confirm_phone=confirm_phone)
    for page in REFUSALS:
        if page is not Page.MISMATCH:
            add(page, CarrierSays, *common, page=page, kept=policy.kept, checks=checks)
    add(
        Page.MISMATCH,
        Mismatch,
        *common,
        ask_with_old_number=AskWithOldNumber(
            carriers=carriers,
            database=database,
            index=index,
            count=count,
            proves_for=policy.proves_for,
            tally=tally,
            clock=clock,
        ),
        kept=policy.kept,
        checks=checks,
    )
    add(Page.EXISTS, Exists, *common)
    add(
        Page.PASSWORD,
        Password,
        *common,
        create=create,
        ask_to_verify_email=ask_to_verify_email,
        counts_as_sign_in=policy.counts_as_sign_in,
        clock=clock,
    )
    add(
        Page.DONE,
        Done,
        *common,
        database=database,
        relying_parties=relying_parties,
        levels=levels,
        clock=clock,
    )
    add(
        "take-up",
        TakeUpStart,
        pages,
        visits,
        otp=otp,
        otp_page=otp_page,
        find_kept=FindKept(database=database, index=index, clock=clock),
    )
    add(
        "take-up/otp",
        TakeUpCode,
        pages,
        visits,
        path=path,
        otp=otp,
        otp_page=otp_page,
        take_up=TakeUpEnrolment(database=database, clock=clock),
    )
    return blueprint
