"""
The pages of a complaint.

Each is shown at its turn only. Up to the right code and a carrier's match, they are the same
whether or not anybody has an account with the typed identity number.
"""

from datetime import date, timedelta
from typing import Any, Final

from flask import Response
from flask_babel import gettext as _

from idp.carriers.model import Attribute
from idp.citizens.number_store import is_reserved
from idp.core.clock import Clock
from idp.core.vietnam import day_of
from idp.db.database import Database
from idp.disputes.file_dispute import FileDispute, NotReady
from idp.disputes.forms import ComplaintForm, LeaveForm, RecheckForm, SendForm
from idp.disputes.match_claimant import MatchClaimant
from idp.disputes.model import Complaint, ComplaintId
from idp.disputes.path import ComplaintPage, ComplaintPath, Position
from idp.disputes.ports import TypedBefore
from idp.disputes.rules import Page
from idp.disputes.submit_complaint import Circumstances, SubmitComplaint
from idp.interactions.visits import Visit, Visits
from idp.otp.model import Challenge, OtpPurpose
from idp.otp.one_time_passwords import OneTimePasswords, Paused
from idp.otp.page import ACCEPTED, OtpPage, OtpQuestion
from idp.throttling.ports import BudgetSpent
from idp.web.network import client_network
from idp.web.pages import Pages
from idp.web.shown_time import shown_day
from idp.web.views import MethodView

REFUSALS: Final = (Page.WAITING, Page.MISMATCH, Page.NOT_AVAILABLE, Page.NOT_SUBSCRIBER)


class Start(ComplaintPage):
    """`/dispute`: who complains, and what happened."""

    page = Page.START

    def __init__(
        self,
        pages: Pages,
        visits: Visits,
        path: ComplaintPath,
        *,
        submit: SubmitComplaint,
        typed_before: TypedBefore,
        codes: "Codes",
        clock: Clock,
    ) -> None:
        super().__init__(pages, visits, path)
        self._submit = submit
        self._typed_before = typed_before
        self._codes = codes
        self._clock = clock

    def show(self, here: Position) -> Response:
        """The form, with what was typed in this interaction; the box is never ticked before."""
        form = self._pages.form(ComplaintForm, today=self._today, **self._answers(here))
        return self._render(here.visit, form)

    def act(self, here: Position) -> Response:
        """Keep it; then the phone, then the carrier."""
        form = self._pages.form(ComplaintForm, today=self._today)
        if not form.validate():
            return self._render(here.visit, form)
        current = here.visit.interaction.complaint_id
        try:
            complaint = self._submit(
                form.details(),
                Circumstances(
                    browser=here.visit.browser,
                    network=client_network(),
                    client_id=here.visit.client_id,
                    current=None if current is None else ComplaintId(current),
                ),
            )
        except BudgetSpent as spent:
            return self._path.too_often(here.visit, spent)
        visit = self._visits.update(
            here.visit, lambda current: current.with_(complaint_id=complaint.id)
        )
        if self._path.position(visit).due is Page.OTP:
            return self._codes.send(visit, complaint)
        return self._path.ask_carrier(visit, complaint)

    @property
    def _today(self) -> date:
        return day_of(self._clock.now())

    def _answers(self, here: Position) -> dict[str, str | None]:
        if here.typed is not None:
            details = here.typed.details
            identity, number, story = details.identity, details.phone_number, details.story
        else:
            before = self._typed_before.details(here.visit.interaction)
            if before is None:
                return {}
            (identity, number), story = before, ""
        born = identity.birth_date
        return {
            "identity_number": identity.identity_number.value,
            "full_name": identity.full_name.value,
            "birth_day": str(born.day or ""),
            "birth_month": str(born.month or ""),
            "birth_year": str(born.year),
            "phone_number": number.national,
            "story": story,
        }

    def _render(self, visit: Visit, form: ComplaintForm) -> Response:
        return self._pages.render("disputes/start.html", form=form, **visit.page)


class Codes:
    """The codes that show that the claimant holds the phone."""

    def __init__(
        self, *, visits: Visits, path: ComplaintPath, otp: OneTimePasswords, otp_page: OtpPage
    ) -> None:
        self._visits = visits
        self._path = path
        self._otp = otp
        self._otp_page = otp_page

    def send(self, visit: Visit, complaint: Complaint) -> Response:
        """Ask whether the phone is at hand; a code that was sent already will do."""
        if self.challenge(visit, complaint) is None:
            try:
                self.begin(visit, complaint)
            except (BudgetSpent, Paused) as limit:
                return self._otp_page.limited(limit, visit.page)
        return self._path.to(visit, Page.OTP)

    def challenge(self, visit: Visit, complaint: Complaint) -> Challenge | None:
        """The challenge that is out for this complaint."""
        challenge = self._otp.challenge(visit.interaction.challenge_id)
        if challenge is None or challenge.purpose is not OtpPurpose.DISPUTE:
            return None
        return challenge if challenge.person == complaint.id else None

    def begin(self, visit: Visit, complaint: Complaint) -> Challenge:
        """Send a first code. Raises `BudgetSpent`, `Paused`."""
        challenge = self._otp.begin(
            OtpPurpose.DISPUTE,
            person=complaint.id,
            number=complaint.details.phone_number,
            interaction_id=visit.interaction.id,
            client_id=visit.client_id,
            network=client_network(),
        )
        self._visits.update(visit, lambda current: current.with_(challenge_id=challenge.id))
        return challenge


class Otp(ComplaintPage):
    """`/dispute/otp`: the code; then the carrier is asked."""

    page = Page.OTP

    def __init__(
        self,
        pages: Pages,
        visits: Visits,
        path: ComplaintPath,
        *,
        codes: Codes,
        otp_page: OtpPage,
        match: MatchClaimant,
    ) -> None:
        super().__init__(pages, visits, path)
        self._codes = codes
        self._otp_page = otp_page
        self._match = match

    def show(self, here: Position) -> Response:
        return self._otp_page.show(self._question(here))

    def act(self, here: Position) -> Response:
        """The typed code, or the wish for another."""
        answer = self._otp_page.post(self._question(here))
        if answer != ACCEPTED:
            return answer
        self._match.phone_is_at_hand(here.complaint.id)
        return self._path.ask_carrier(here.visit, here.complaint)

    def _question(self, here: Position) -> OtpQuestion:
        visit, complaint = here.visit, here.complaint
        return OtpQuestion(
            purpose=OtpPurpose.DISPUTE,
            person=complaint.id,
            interaction_id=visit.interaction.id,
            challenge=self._codes.challenge(visit, complaint),
            page=visit.page,
            begin=lambda: self._codes.begin(visit, complaint),
            number=complaint.details.phone_number,
            edit_phone_url=f"{Page.START}?i={visit.interaction.id}",
        )


class CarrierSays(ComplaintPage):
    """`/dispute/waiting`, `/mismatch`, …: why the complaint cannot be sent yet, and what to do."""

    def __init__(self, pages: Pages, visits: Visits, path: ComplaintPath, *, page: Page) -> None:
        super().__init__(pages, visits, path)
        self.page = page

    def show(self, here: Position) -> Response:
        """The page of that answer, with the button that asks again."""
        complaint = here.complaint
        return self._pages.render(
            "disputes/refused.html",
            answer=self.page.name.lower(),
            differences=_differences(complaint.differing),
            last_three=complaint.details.phone_number.last_three,
            form=self._pages.form(RecheckForm),
            leave_form=self._pages.blank_form(LeaveForm),
            **here.visit.page,
        )

    def act(self, here: Position) -> Response:
        self._pages.form(RecheckForm)
        return self._path.ask_carrier(here.visit, here.complaint)


class NoAccount(ComplaintPage):
    """`/dispute/no-account`: there is nothing to complain of; enrol instead, or wait."""

    page = Page.NO_ACCOUNT

    def __init__(
        self, pages: Pages, visits: Visits, path: ComplaintPath, *, database: Database
    ) -> None:
        super().__init__(pages, visits, path)
        self._database = database

    def show(self, here: Position) -> Response:
        """The page; another one while the number waits for a claimant whose case is decided."""
        complaint = here.complaint
        with self._database.reading() as reading:
            reserved = is_reserved(
                reading,
                complaint.identity_number_index,
                besides={complaint.phone_number_index},
            )
        return self._pages.render(
            "disputes/no_account.html",
            is_reserved=reserved,
            leave_form=self._pages.form(LeaveForm),
            **here.visit.page,
        )


class Decided(ComplaintPage):
    """`/dispute/decided`: the claimant's own case about this account was decided lately."""

    page = Page.DECIDED

    def show(self, here: Position) -> Response:
        """Which case, and from when on there can be another."""
        if here.kept is None:
            raise LookupError("no case was decided, and its page is due")
        again_from = here.kept.resolved_at + self._path.decision_stands
        return self._pages.render(
            "disputes/decided.html",
            number=here.kept.number,
            again_from=shown_day(again_from),
            leave_form=self._pages.form(LeaveForm),
            **here.visit.page,
        )


class Check(ComplaintPage):
    """`/dispute/check`: all that will be sent, once more."""

    page = Page.CHECK

    def __init__(
        self, pages: Pages, visits: Visits, path: ComplaintPath, *, file: FileDispute
    ) -> None:
        super().__init__(pages, visits, path)
        self._file = file

    def show(self, here: Position) -> Response:
        """What was typed, and the button that sends it."""
        details = here.complaint.details
        return self._pages.render(
            "disputes/check.html",
            form=self._pages.form(SendForm),
            facts=[
                (_("Số CMT/CCCD"), details.identity.identity_number.value),
                (_("Họ và tên"), details.identity.full_name.value),
                (_("Ngày sinh"), details.identity.birth_date.written),
                (_("Số điện thoại"), details.phone_number.national),
            ],
            story=details.story.splitlines(),
            own_phone=here.own_phone,
            **here.visit.page,
        )

    def act(self, here: Position) -> Response:
        self._pages.form(SendForm)
        try:
            number = self._file(here.complaint.id)
        except NotReady:  # sent from another tab, or something changed: the page due says so
            return self._path.onwards(self._visits.current())
        visit = self._visits.update(
            here.visit,
            lambda current: current.with_(complaint_id=None, dispute_filed=number),
        )
        return self._path.to(visit, Page.DONE)


class Done(ComplaintPage):
    """`/dispute/done`: the number of the case, what comes next, and how to follow it."""

    page = Page.DONE

    def __init__(
        self, pages: Pages, visits: Visits, path: ComplaintPath, *, holder_answers_within: timedelta
    ) -> None:
        super().__init__(pages, visits, path)
        self._hours = round(holder_answers_within / timedelta(hours=1))

    def show(self, here: Position) -> Response:
        """The receipt; people print it."""
        return self._pages.render(
            "disputes/done.html",
            number=here.visit.interaction.dispute_filed,
            hours=self._hours,
            leave_form=self._pages.form(LeaveForm),
            **here.visit.page,
        )


class Leave(MethodView):
    """`/dispute/leave`: back to the portal, with the error that says nobody signed in."""

    def __init__(self, pages: Pages, visits: Visits) -> None:
        self._pages = pages
        self._visits = visits

    def get(self) -> Response:
        """Where the visit stands: a POST that found it expired, or another's, leads here too."""
        return self._visits.proceed(self._visits.current())

    def post(self) -> Response:
        """End the portal's request (OpenID Connect Core §3.1.2.6, RFC 6749 §4.1.2.1)."""
        visit = self._visits.current()
        self._pages.form(LeaveForm)
        if visit.interaction.request is not None:
            visit = self._visits.update(
                visit, lambda current: current.with_(refusal="access_denied")
            )
        return self._visits.proceed(visit)


def _differences(differing: list[str]) -> str:
    names: dict[str, Any] = {
        Attribute.IDENTITY_NUMBER: _("Số CMT/CCCD"),
        Attribute.FULL_NAME: _("Họ và tên"),
        Attribute.BIRTH_DATE: _("Ngày sinh"),
    }
    return ", ".join(names[Attribute(each)] for each in differing)
