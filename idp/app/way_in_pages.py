"""For who cannot sign in, not yet or not any more, and for who follows a link in a message."""

from collections.abc import Sequence

from flask import Blueprint

from idp.adapters.typed_details import TypedDetails
from idp.app.citizens_side import CitizensSide
from idp.app.parts import Parts
from idp.app.policies import (
    dispute_policy,
    enrolment_forms_budget,
    enrolment_policy,
    recovery_policy,
    subscriber_checks_of,
)
from idp.disputes.routes import dispute_routes
from idp.emails.verify import VerifyEmail
from idp.emails.views import email_routes
from idp.enrolment.ask_carrier import AskCarrier
from idp.enrolment.begin_proved import BeginProved
from idp.enrolment.confirm_phone import ConfirmPhone
from idp.enrolment.notice import Notice, enrolment_notice
from idp.enrolment.routes import enrolment_routes
from idp.enrolment.submit_form import SubmitForm
from idp.inactivity.reactivate import Reactivate
from idp.inactivity.routes import reactivation_routes
from idp.recovery.routes import recovery_routes
from idp.settings import Settings
from idp.unrecognised.views import unrecognised_routes


def way_in_pages(side: CitizensSide) -> Sequence[Blueprint]:
    """The blueprints."""
    parts, pages = side.parts, side.pages
    database, clock = parts.database, parts.clock
    notice = _notice(parts.settings)
    return (
        _enrolment(side, notice),
        _recovery(side),
        _reactivation(side),
        _disputes(side, notice),
        email_routes(
            pages=pages,
            verify=VerifyEmail(database=database, follow_ups=parts.follow_ups, clock=clock),
            database=database,
            clock=clock,
        ),
        unrecognised_routes(
            pages=pages, report=parts.report_unrecognised, database=database, clock=clock
        ),
    )


def _notice(settings: Settings) -> Notice:
    return enrolment_notice(
        carriers=[carrier.shown for carrier in settings.carriers.directory],
        kept_days=settings.enrolment.kept.days,
    )


def _enrolment(side: CitizensSide, notice: Notice) -> Blueprint:
    parts, settings = side.parts, side.parts.settings
    return enrolment_routes(
        pages=side.pages,
        visits=side.visits,
        otp=side.otp,
        otp_page=side.otp_page,
        carriers=parts.carriers,
        hasher=parts.hasher,
        follow_ups=parts.follow_ups,
        throttle=parts.throttle,
        count=parts.count_question,
        forms_per_network=enrolment_forms_budget(settings),
        policy=enrolment_policy(settings),
        notice=notice,
        checks=subscriber_checks_of(settings),
        relying_parties=parts.registry,
        ask_to_verify_email=parts.ask_to_verify_email,
        levels=parts.levels,
        database=parts.database,
        index=parts.index,
        tally=parts.tally,
        clock=parts.clock,
    )


def _recovery(side: CitizensSide) -> Blueprint:
    parts = side.parts
    return recovery_routes(
        pages=side.pages,
        visits=side.visits,
        otp=side.otp,
        otp_page=side.otp_page,
        check_phone=side.check_phone,
        carriers=parts.carriers,
        count_question=parts.count_question,
        hasher=parts.hasher,
        follow_ups=parts.follow_ups,
        queue=parts.jobs,
        links=parts.links,
        throttle=parts.throttle,
        policy=recovery_policy(parts.settings),
        relying_parties=parts.registry,
        database=parts.database,
        index=parts.index,
        clock=parts.clock,
    )


def _reactivation(side: CitizensSide) -> Blueprint:
    parts, database, clock = side.parts, side.parts.database, side.parts.clock
    return reactivation_routes(
        pages=side.pages,
        visits=side.visits,
        otp=side.otp,
        otp_page=side.otp_page,
        reactivate=Reactivate(
            carriers=parts.carriers,
            match=parts.match_citizen,
            count=parts.count_question,
            follow_ups=parts.follow_ups,
            database=database,
            index=parts.index,
            clock=clock,
        ),
        proves_for=parts.settings.inactivity.otp_proves_for,
        database=database,
        clock=clock,
    )


def _disputes(side: CitizensSide, notice: Notice) -> Blueprint:
    parts, settings = side.parts, side.parts.settings
    database, clock = parts.database, parts.clock
    return dispute_routes(
        pages=side.pages,
        visits=side.visits,
        otp=side.otp,
        otp_page=side.otp_page,
        carriers=parts.carriers,
        count=parts.count_question,
        notices=parts.jobs,
        claimants=parts.jobs,
        typed_before=TypedDetails(database, clock, proves_for=settings.enrolment.otp_proves_for),
        enrolments=_begin_proved(parts, notice),
        throttle=parts.throttle,
        forms_per_network=enrolment_forms_budget(settings),
        policy=dispute_policy(settings),
        database=database,
        index=parts.index,
        clock=clock,
    )


def _begin_proved(parts: Parts, notice: Notice) -> BeginProved:
    """The way into an enrolment for whoever proved the phone elsewhere."""
    settings, database, clock = parts.settings, parts.database, parts.clock
    return BeginProved(
        submit=SubmitForm(
            database=database,
            index=parts.index,
            throttle=parts.throttle,
            budget=enrolment_forms_budget(settings),
            kept=settings.enrolment.kept,
            tally=parts.tally,
            clock=clock,
        ),
        confirm=ConfirmPhone(database=database, clock=clock),
        ask=AskCarrier(
            carriers=parts.carriers,
            database=database,
            count=parts.count_question,
            proves_for=settings.enrolment.otp_proves_for,
            tally=parts.tally,
            clock=clock,
        ),
        notice=notice,
    )
