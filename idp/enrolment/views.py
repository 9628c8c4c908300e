"""
The pages of an enrolment, from the code on.

Each is shown at its turn only: whatever was bookmarked, copied, reloaded or gone back to, the page
that is due is found from what is stored.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from flask import Response
from flask_babel import get_locale

from idp.carriers.model import SubscriberCheck
from idp.carriers.ports import CarrierUnavailable
from idp.citizens import store as citizens
from idp.citizens.forms import NewPasswordForm
from idp.citizens.number_store import claimed_number
from idp.citizens.password_rules import known_of
from idp.citizens.rules import VerificationLevel, verification_level
from idp.core.clock import Clock
from idp.core.email_address import EmailAddress
from idp.core.identity_number import IdentityNumber, IdentityNumberKind
from idp.db.database import Database
from idp.emails.ask_to_verify import AskToVerifyEmail
from idp.enrolment.ask_carrier import NothingToAsk
from idp.enrolment.ask_with_old_number import AskWithOldNumber
from idp.enrolment.confirm_phone import ConfirmPhone
from idp.enrolment.create_citizen import AlreadyEnrolled, CreateCitizen, Enrolled, NotReady
from idp.enrolment.forms import OldNumberForm, RecheckForm
from idp.enrolment.path import EnrolmentPage, EnrolmentPath, Position, url_of
from idp.enrolment.rules import Page, may_ask_with_old_number
from idp.interactions.model import Intent
from idp.interactions.visits import Visit, Visits
from idp.otp.model import OtpPurpose
from idp.otp.page import ACCEPTED, OtpPage, OtpQuestion
from idp.relying_parties.model import RelyingParty
from idp.relying_parties.ports import RelyingParties
from idp.sessions.model import Authentication
from idp.sessions.rules import PASSWORD_AND_SMS
from idp.throttling.ports import BudgetSpent
from idp.web.at_hand import request
from idp.web.pages import Pages
from idp.web.texts import gettext as _

REFUSALS: Final[Mapping[Page, str]] = {
    Page.MISMATCH: "enrolment/mismatch.html",
    Page.NOT_AVAILABLE: "enrolment/not_available.html",
    Page.NOT_SUBSCRIBER: "enrolment/not_subscriber.html",
    Page.WAITING: "enrolment/carrier_away.html",
}


class Otp(EnrolmentPage):
    """`/enrol/otp`: whether the phone is at hand. Only after that is anybody asked anything."""

    page = Page.OTP

    def __init__(
        self,
        pages: Pages,
        visits: Visits,
        path: EnrolmentPath,
        *,
        otp_page: OtpPage,
        confirm_phone: ConfirmPhone,
    ) -> None:
        super().__init__(pages, visits, path)
        self._otp_page = otp_page
        self._confirm_phone = confirm_phone

    def show(self, here: Position) -> Response:
        """The question for the code."""
        return self._otp_page.show(self._question(here))

    def act(self, here: Position) -> Response:
        """The typed code, or the wish for another."""
        answer = self._otp_page.post(self._question(here))
        if answer != ACCEPTED:
            return answer
        self._confirm_phone(here.pending.id)
        return self._path.ask_carrier(here.visit, here.pending)

    def _question(self, here: Position) -> OtpQuestion:
        return OtpQuestion(
            purpose=OtpPurpose.ENROLMENT,
            person=here.pending.id,
            interaction_id=here.visit.interaction.id,
            challenge=self._path.challenge(here.visit, here.pending),
            page=here.visit.page,
            begin=lambda: self._path.begin_challenge(here.visit, here.pending),
            number=here.pending.details.phone_number,
            step=_("Bước 3/4"),
            edit_phone_url=url_of(here.visit, Page.MOBILE),
        )


class CarrierSays(EnrolmentPage):
    """`/enrol/waiting`, `/not-available`, `/not-subscriber`: no account yet, and why."""

    def __init__(
        self,
        pages: Pages,
        visits: Visits,
        path: EnrolmentPath,
        *,
        page: Page,
        kept: timedelta,
        checks: Mapping[str, SubscriberCheck],
    ) -> None:
        super().__init__(pages, visits, path)
        self.page = page
        self._kept = kept
        self._checks = checks

    def show(self, here: Position) -> Response:
        """What the carrier said, and the button to ask again."""
        return self._pages.render(REFUSALS[self.page], **self._told(here))

    def act(self, here: Position) -> Response:
        """Ask again, with the same details."""
        self._pages.form(RecheckForm)  # only a token to check
        return self._path.ask_carrier(here.visit, here.pending)

    def _told(self, here: Position) -> dict[str, Any]:
        return {
            "form": self._pages.blank_form(RecheckForm),
            "last_three": here.pending.details.phone_number.last_three,
            "check": self._checks.get(here.pending.carrier or ""),
            "edit_url": url_of(here.visit, Page.MOBILE),
            "kept_days": self._kept.days,
            **here.visit.page,
        }


class Mismatch(CarrierSays):
    """
    `/enrol/mismatch`: which details differ, and what to do about each.

    Said after the code has proved that the phone is at hand: only of one's own subscription does
    one learn anything, and never what the carrier holds.
    """

    def __init__(
        self,
        pages: Pages,
        visits: Visits,
        path: EnrolmentPath,
        *,
        ask_with_old_number: AskWithOldNumber,
        kept: timedelta,
        checks: Mapping[str, SubscriberCheck],
    ) -> None:
        super().__init__(pages, visits, path, page=Page.MISMATCH, kept=kept, checks=checks)
        self._ask_with_old_number = ask_with_old_number

    def show(self, here: Position) -> Response:
        """What differs, the old number's question while it is open, and the button."""
        return self._render(here, self._pages.blank_form(OldNumberForm))

    def act(self, here: Position) -> Response:
        """The old number, or the wish to have the same details compared again."""
        if "old_identity_number" not in request.form:
            return super().act(here)
        form = self._pages.form(OldNumberForm)
        if not form.validate():
            return self._render(here, form)
        try:
            self._ask_with_old_number(here.pending.id, form.number)
        except BudgetSpent as spent:
            return self._path.too_often(here.visit, spent)
        except CarrierUnavailable:
            form.fail("old_identity_number", _("Nhà mạng chưa trả lời. Thử lại sau ít phút"))
            return self._render(here, form)
        except NothingToAsk:
            pass  # asked in another tab: what is stored by now decides
        return self._path.onwards(here.visit)

    def _render(self, here: Position, form: OldNumberForm) -> Response:
        pending = here.pending
        return self._pages.render(
            REFUSALS[Page.MISMATCH],
            **self._told(here),
            differing=frozenset(pending.differing),
            old_number_form=form if may_ask_with_old_number(pending) else None,
            old_number_asked=pending.old_number_asked,
            old_number_typed=pending.number_kind is IdentityNumberKind.CMND,
        )


class Exists(EnrolmentPage):
    """`/enrol/exists`: the person has an account. Said to a matching subscriber alone."""

    page = Page.EXISTS

    def show(self, here: Position) -> Response:
        """The ways on: sign in, get a new password, or say that it is somebody else's doing."""
        by_other_number = here.account is not None and here.account.by_other_number
        return self._pages.render(
            "enrolment/exists.html",
            typed_kind=here.pending.number_kind if by_other_number else None,
            **here.visit.page,
        )


class Password(EnrolmentPage):
    """`/enrol/password`: the last step, which makes the account."""

    page = Page.PASSWORD

    def __init__(
        self,
        pages: Pages,
        visits: Visits,
        path: EnrolmentPath,
        *,
        create: CreateCitizen,
        ask_to_verify_email: AskToVerifyEmail,
        counts_as_sign_in: timedelta,
        clock: Clock,
    ) -> None:
        super().__init__(pages, visits, path)
        self._create = create
        self._ask_to_verify_email = ask_to_verify_email
        self._counts_as_sign_in = counts_as_sign_in
        self._clock = clock

    def show(self, here: Position) -> Response:
        """The rules, and two fields."""
        return self._render(here, self._pages.form(NewPasswordForm))

    def act(self, here: Position) -> Response:
        """Make the account, and sign in."""
        details = here.pending.details
        forbidden = known_of(
            [details.identity.identity_number],
            details.identity.full_name,
            details.identity.birth_date,
            details.phone_number,
        )
        form = self._pages.form(NewPasswordForm, forbidden=forbidden)
        if not form.validate():
            return self._render(here, form)
        try:
            enrolled = self._create(here.pending.id, form.password)
        except AlreadyEnrolled:
            return self._path.onwards(here.visit)
        except NotReady:  # pressed twice, or in another tab: what is stored by now decides
            return self._path.to(here.visit, Page.DONE)
        visit = self._signed_in(here.visit, enrolled)
        if details.email is not None:
            self._ask_to_verify_email(enrolled.citizen_id, EmailAddress(details.email))
        return self._path.to(visit, Page.DONE)

    def _signed_in(self, visit: Visit, enrolled: Enrolled) -> Visit:
        visit = self._visits.update(
            visit,
            lambda current: current.with_(
                intent=Intent.SIGN_IN,
                account_chosen=True,
                enrolled=enrolled.citizen_id,
                enrolment_id=None,
                challenge_id=None,
            ),
        )
        now = self._clock.now()
        if now - enrolled.phone_confirmed_at >= self._counts_as_sign_in:
            return visit
        return self._visits.sign_in(
            visit, Authentication(enrolled.citizen_id, now, PASSWORD_AND_SMS)
        )

    def _render(self, here: Position, form: NewPasswordForm) -> Response:
        number: IdentityNumber = here.pending.details.identity.identity_number
        return self._pages.render(
            "enrolment/password.html",
            form=form,
            identity_number=number.value,
            by_old_number=here.pending.claimed_number is not None,
            **here.visit.page,
        )


class Done(EnrolmentPage):
    """`/enrol/done`: the level that was reached, and the way to the portal."""

    page = Page.DONE

    def __init__(
        self,
        pages: Pages,
        visits: Visits,
        path: EnrolmentPath,
        *,
        database: Database,
        relying_parties: RelyingParties,
        levels: tuple[VerificationLevel, ...],
        clock: Clock,
    ) -> None:
        super().__init__(pages, visits, path)
        self._database = database
        self._relying_parties = relying_parties
        self._levels = levels
        self._clock = clock

    def show(self, here: Position) -> Response:
        """The page; also for a reload of any earlier one."""
        citizen_id = here.visit.interaction.enrolled
        if citizen_id is None:
            raise LookupError("nobody was enrolled, and the last page is due")
        with self._database.reading() as reading:
            citizen = citizens.citizen(reading, citizen_id, "identity_numbers", "evidence")
            claimed = claimed_number(reading, citizen_id)
        level = verification_level(citizen.evidence, self._levels, self._clock.now())
        shown = level.shown(str(get_locale()))
        return self._pages.render(
            "enrolment/done.html",
            level_text=_("Mức %(level)d – %(shown)s", level=level.level, shown=shown),
            last_four=IdentityNumber(citizen.identity_numbers[0].value).last_four,
            claims_another=claimed is not None,
            begun_for=self._begun_for(here.visit),
            continue_url=f"/resume?i={here.visit.interaction.id}",
            **here.visit.page,
        )

    def _begun_for(self, visit: Visit) -> RelyingParty | None:
        """
        The portal whose request waits in another browser, if it does.

        It gets no answer from here: its start page makes a request of this browser's own. Answered
        with what happened here, the request of whoever began it would sign them in as the citizen.
        """
        begun_for = visit.interaction.begun_for
        found = None if begun_for is None else self._relying_parties.find(begun_for)
        return found if found is not None and found.enabled else None
