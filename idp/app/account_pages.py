"""The pages of a citizen's account: one frame, which asks for a session."""

from collections.abc import Sequence

from flask import Blueprint

from idp.account.activity.views import activity_routes
from idp.account.authenticators.routes import authenticator_routes
from idp.account.closing.close_own_account import CloseOwnAccount
from idp.account.closing.views import closing_routes
from idp.account.connected.views import connected_routes
from idp.account.connected.withdraw import WithdrawConsent
from idp.account.data.export import NoteExport
from idp.account.data.views import data_routes
from idp.account.data_requests.routes import data_request_routes
from idp.account.disputes.routes import account_dispute_routes
from idp.account.frame import AccountFrame
from idp.account.identity_numbers.link_by_carrier import LinkByCarrier
from idp.account.identity_numbers.routes import identity_number_routes
from idp.account.level import level_routes
from idp.account.overview import overview_routes
from idp.account.phones.routes import phone_routes
from idp.account.security.change_password import ChangePassword
from idp.account.security.routes import security_routes
from idp.account.views import account_routes
from idp.app.citizens_side import CitizensSide
from idp.app.parts import Parts
from idp.app.policies import data_request_terms, phone_policy
from idp.data_requests.file_request import FileRequest
from idp.disputes.answer_dispute import AnswerDispute, ConfirmHolder
from idp.interactions.fresh_sign_in import FreshSignIn
from idp.phones.add_phone import AddPhone
from idp.phones.begin_phone import BeginPhone, TrustSignIn
from idp.phones.change_phones import MakeDefault, RemovePhone


def account_pages(side: CitizensSide) -> Sequence[Blueprint]:
    """The blueprints."""
    parts, database, clock = side.parts, side.parts.database, side.parts.clock
    frame = _frame(side)
    trust_sign_in = TrustSignIn(
        check=side.check_phone, policy=phone_policy(parts.settings), database=database
    )
    return (
        account_routes(
            frame=frame, visits=side.visits, sign_out=side.sign_out, registry=parts.registry
        ),
        overview_routes(frame=frame, database=database, levels=parts.levels, clock=clock),
        level_routes(frame=frame, database=database, levels=parts.levels, clock=clock),
        _security(parts, frame),
        _authenticators(side, frame, trust_sign_in),
        _phones(side, frame, trust_sign_in),
        _identity_numbers(parts, frame),
        _connected(parts, frame),
        activity_routes(
            frame=frame,
            report=parts.report_unrecognised,
            relying_parties=parts.registry,
            database=database,
        ),
        _disputes(parts, frame),
        _data(parts, frame),
        _data_requests(parts, frame),
        closing_routes(
            frame=frame,
            close=CloseOwnAccount(database=database, follow_ups=parts.follow_ups, clock=clock),
            kept=parts.settings.closed_accounts.kept,
        ),
    )


def _frame(side: CitizensSide) -> AccountFrame:
    parts = side.parts
    return AccountFrame(
        pages=side.pages,
        visits=side.visits,
        fresh_sign_in=FreshSignIn(
            interactions=parts.interactions,
            flow=side.flow,
            browser=side.browser,
            lasts=parts.settings.sessions.fresh_for,
            clock=parts.clock,
        ),
        database=parts.database,
    )


def _security(parts: Parts, frame: AccountFrame) -> Blueprint:
    database, clock = parts.database, parts.clock
    return security_routes(
        frame=frame,
        sign_in=parts.sign_in,
        change_password=ChangePassword(
            sign_in=parts.sign_in, database=database, follow_ups=parts.follow_ups, clock=clock
        ),
        hasher=parts.hasher,
        ask_to_verify_email=parts.ask_to_verify_email,
        database=database,
        clock=clock,
    )


def _authenticators(side: CitizensSide, frame: AccountFrame, trust: TrustSignIn) -> Blueprint:
    parts, authenticators = side.parts, side.authenticators
    return authenticator_routes(
        frame=frame,
        add_app=authenticators.add_app,
        add_passkey=authenticators.add_passkey,
        make_recovery_codes=authenticators.make_recovery_codes,
        rename=authenticators.rename,
        remove=authenticators.remove,
        trust=trust,
        service=parts.settings.brand.name_vi,
        relying_parties=parts.registry,
        database=parts.database,
        clock=parts.clock,
    )


def _phones(side: CitizensSide, frame: AccountFrame, trust: TrustSignIn) -> Blueprint:
    parts, database, clock = side.parts, side.parts.database, side.parts.clock
    policy = phone_policy(parts.settings)
    return phone_routes(
        frame=frame,
        otp=side.otp,
        otp_page=side.otp_page,
        begin=BeginPhone(
            trust=trust, policy=policy, database=database, index=parts.index, clock=clock
        ),
        add=AddPhone(
            match=parts.match_citizen,
            count=parts.count_question,
            follow_ups=parts.follow_ups,
            database=database,
            index=parts.index,
            clock=clock,
        ),
        make_default=MakeDefault(
            trust=trust,
            policy=policy,
            follow_ups=parts.follow_ups,
            database=database,
            clock=clock,
        ),
        remove=RemovePhone(database=database, follow_ups=parts.follow_ups, clock=clock),
        policy=policy,
        levels=parts.levels,
        database=database,
        clock=clock,
    )


def _identity_numbers(parts: Parts, frame: AccountFrame) -> Blueprint:
    return identity_number_routes(
        frame=frame,
        link=LinkByCarrier(
            match=parts.match_citizen,
            count=parts.count_question,
            follow_ups=parts.follow_ups,
            database=parts.database,
            index=parts.index,
            clock=parts.clock,
        ),
        database=parts.database,
    )


def _connected(parts: Parts, frame: AccountFrame) -> Blueprint:
    return connected_routes(
        frame=frame,
        withdraw=WithdrawConsent(
            sign_in=parts.sign_in,
            tokens=parts.tokens,
            announce=parts.announce_logout,
            database=parts.database,
            clock=parts.clock,
        ),
        relying_parties=parts.registry,
        database=parts.database,
    )


def _disputes(parts: Parts, frame: AccountFrame) -> Blueprint:
    database, clock = parts.database, parts.clock
    return account_dispute_routes(
        frame=frame,
        answer=AnswerDispute(database=database, clock=clock),
        confirm=ConfirmHolder(
            match=parts.match_citizen,
            count=parts.count_question,
            database=database,
            clock=clock,
        ),
        database=database,
    )


def _data(parts: Parts, frame: AccountFrame) -> Blueprint:
    database, clock = parts.database, parts.clock
    return data_routes(
        frame=frame,
        note=NoteExport(
            database=database,
            follow_ups=parts.follow_ups,
            lasts=parts.settings.sessions.fresh_for,
            clock=clock,
        ),
        sign_in=parts.sign_in,
        database=database,
        clock=clock,
    )


def _data_requests(parts: Parts, frame: AccountFrame) -> Blueprint:
    terms = data_request_terms(parts.settings)
    return data_request_routes(
        frame=frame,
        file=FileRequest(
            database=parts.database, follow_ups=parts.follow_ups, terms=terms, clock=parts.clock
        ),
        terms=terms,
        database=parts.database,
    )
