"""Disputes put together: their use cases, and the addresses of their pages."""

from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint

from idp.carriers.count_question import CountQuestion
from idp.carriers.ports import CarrierRecords
from idp.core.clock import Clock
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.disputes.answer_dispute import AnswerDispute
from idp.disputes.file_dispute import FileDispute
from idp.disputes.follow_views import (
    FollowAccount,
    FollowCase,
    Following,
    FollowOtp,
    FollowStart,
)
from idp.disputes.match_claimant import MatchClaimant
from idp.disputes.path import ComplaintPath
from idp.disputes.ports import ClaimantNotices, Enrolments, TypedBefore
from idp.disputes.rules import FollowPage, Page
from idp.disputes.submit_complaint import SubmitComplaint
from idp.disputes.views import (
    REFUSALS,
    CarrierSays,
    Check,
    Codes,
    Decided,
    Done,
    Leave,
    NoAccount,
    Otp,
    Start,
)
from idp.interactions.visits import Visits
from idp.messaging.ports import Notices
from idp.otp.one_time_passwords import OneTimePasswords
from idp.otp.page import OtpPage
from idp.throttling.ports import Budget, Throttle
from idp.web.pages import Pages


@dataclass(frozen=True, slots=True)
class DisputePolicy:
    """
    The numbers behind the rules, from settings.

    *proves_for*: how long a right code lets a complaint, or a look at its case, go on; *kept*: how
    long a complaint that nobody sends; *decision_stands*: how long a claimant cannot complain again
    of an account that two operators left to its holder.
    """

    holder_answers_within: timedelta
    proves_for: timedelta
    kept: timedelta
    decision_stands: timedelta


def dispute_routes(
    *,
    pages: Pages,
    visits: Visits,
    otp: OneTimePasswords,
    otp_page: OtpPage,
    carriers: CarrierRecords,
    count: CountQuestion,
    notices: Notices,
    claimants: ClaimantNotices,
    typed_before: TypedBefore,
    enrolments: Enrolments,
    throttle: Throttle,
    forms_per_network: Budget,
    policy: DisputePolicy,
    database: Database,
    index: BlindIndex,
    clock: Clock,
) -> Blueprint:
    """The blueprint of complaints, and of following their cases."""
    blueprint = Blueprint("disputes", __name__)
    match = MatchClaimant(
        carriers=carriers,
        database=database,
        count=count,
        proves_for=policy.proves_for,
        clock=clock,
    )
    path = ComplaintPath(
        pages=pages,
        visits=visits,
        match=match,
        database=database,
        proves_for=policy.proves_for,
        decision_stands=policy.decision_stands,
        clock=clock,
    )
    codes = Codes(visits=visits, path=path, otp=otp, otp_page=otp_page)
    common = (pages, visits, path)

    start = Start.as_view(
        "start",
        *common,
        submit=SubmitComplaint(
            database=database,
            index=index,
            throttle=throttle,
            budget=forms_per_network,
            kept=policy.kept,
            clock=clock,
        ),
        typed_before=typed_before,
        codes=codes,
        clock=clock,
    )
    blueprint.add_url_rule(Page.START, view_func=start)
    code = Otp.as_view("otp", *common, codes=codes, otp_page=otp_page, match=match)
    blueprint.add_url_rule(Page.OTP, view_func=code)
    for page in REFUSALS:
        says = CarrierSays.as_view(page.name.lower(), *common, page=page)
        blueprint.add_url_rule(page, view_func=says)
    no_account = NoAccount.as_view("no-account", *common, database=database)
    blueprint.add_url_rule(Page.NO_ACCOUNT, view_func=no_account)
    blueprint.add_url_rule(Page.DECIDED, view_func=Decided.as_view("decided", *common))
    file = FileDispute(
        database=database,
        notices=notices,
        claimants=claimants,
        holder_answers_within=policy.holder_answers_within,
        proves_for=policy.proves_for,
        decision_stands=policy.decision_stands,
        clock=clock,
    )
    blueprint.add_url_rule(Page.CHECK, view_func=Check.as_view("check", *common, file=file))
    done = Done.as_view("done", *common, holder_answers_within=policy.holder_answers_within)
    blueprint.add_url_rule(Page.DONE, view_func=done)
    blueprint.add_url_rule("/dispute/leave", view_func=Leave.as_view("leave", pages, visits))

    following = Following(
        pages=pages, visits=visits, otp=otp, otp_page=otp_page, path=path, clock=clock
    )
    follow = FollowStart.as_view("follow", following, database=database, index=index)
    blueprint.add_url_rule(FollowPage.START, view_func=follow)
    follow_otp = FollowOtp.as_view("follow-otp", following)
    blueprint.add_url_rule(FollowPage.OTP, view_func=follow_otp)
    case = FollowCase.as_view(
        "case",
        following,
        answer=AnswerDispute(database=database, clock=clock),
        database=database,
    )
    blueprint.add_url_rule(FollowPage.CASE, view_func=case)
    account = FollowAccount.as_view("account", following, enrolments=enrolments, database=database)
    blueprint.add_url_rule("/dispute/follow/account", view_func=account)
    return blueprint
