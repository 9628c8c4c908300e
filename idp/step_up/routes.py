"""Step-up put together: its use cases, and the addresses of its pages."""

from datetime import timedelta

from flask import Blueprint

from idp.carriers.count_question import CountQuestion
from idp.carriers.match_citizen import MatchCitizen
from idp.citizens.rules import VerificationLevel
from idp.core.clock import Clock
from idp.counter_visits.open_visit import OpenVisit
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.interactions.flow import Flow
from idp.interactions.visits import Visits
from idp.otp.one_time_passwords import OneTimePasswords
from idp.otp.page import OtpPage
from idp.step_up.ask_carrier import AskCarrierAgain
from idp.step_up.path import CARRIER, COUNTER, OTP, START, StepUpPath
from idp.step_up.views import (
    AskCarrier,
    BeginChallenge,
    Explain,
    ProvePhone,
    PutQuestion,
    VisitCounter,
)
from idp.web.pages import Pages


def step_up_routes(
    *,
    pages: Pages,
    visits: Visits,
    flow: Flow,
    otp: OneTimePasswords,
    otp_page: OtpPage,
    match: MatchCitizen,
    count: CountQuestion,
    open_visit: OpenVisit,
    visit_days: int,
    proves_for: timedelta,
    levels: tuple[VerificationLevel, ...],
    database: Database,
    index: BlindIndex,
    clock: Clock,
) -> Blueprint:
    """
    The blueprint of the step-up's pages.

    *proves_for*: how long a right code lets the carrier be asked; *visit_days*: how long a code for
    the counter can be used.
    """
    blueprint = Blueprint("step_up", __name__)
    path = StepUpPath(pages=pages, visits=visits, clock=clock)
    begin = BeginChallenge(otp=otp, path=path, database=database)
    put = PutQuestion(
        pages=pages,
        path=path,
        ask=AskCarrierAgain(match=match, count=count, database=database, index=index, clock=clock),
    )
    for address, view in (
        (
            START,
            Explain.as_view(
                "explain",
                pages,
                path,
                visits=visits,
                flow=flow,
                database=database,
                levels=levels,
                clock=clock,
            ),
        ),
        (
            CARRIER,
            AskCarrier.as_view(
                "carrier",
                pages,
                path,
                put=put,
                begin=begin,
                otp_page=otp_page,
                proves_for=proves_for,
                clock=clock,
            ),
        ),
        (
            OTP,
            ProvePhone.as_view(
                "otp", pages, path, put=put, begin=begin, otp_page=otp_page, clock=clock
            ),
        ),
        (
            COUNTER,
            VisitCounter.as_view(
                "visit",
                pages,
                path,
                open_visit=open_visit,
                visits=visits,
                days=visit_days,
                clock=clock,
            ),
        ),
    ):
        blueprint.add_url_rule(address, view_func=view)
    return blueprint
