"""
The pages of the wizard, from the code on.

Each is shown at its turn only: whatever was bookmarked, copied, reloaded or gone back to, the page
that is due is found from what is stored.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from flask import Response
from flask_babel import get_locale  # type: ignore[import-untyped]

from idp.citizens import store as citizens
from idp.citizens.forms import NewPasswordForm
from idp.citizens.password_rules import known_of
from idp.citizens.rules import VerificationLevel, verification_level
from idp.core.clock import Clock
from idp.core.identity_number import IdentityNumber
from idp.db.database import Database
from idp.enrolment.confirm_phone import ConfirmPhone
from idp.enrolment.create_citizen import AlreadyEnrolled, CreateCitizen, Enrolled, NotReady
from idp.enrolment.forms import RecheckForm
from idp.enrolment.rules import Page
from idp.enrolment.wizard import Position, Wizard, WizardPage, url_of
from idp.interactions.model import Intent
from idp.interactions.visits import Visit, Visits
from idp.messaging.model import NoticeKind
from idp.messaging.ports import Notices
from idp.otp.model import OtpPurpose
from idp.otp.page import ACCEPTED, OtpPage, OtpQuestion
from idp.sessions.model import Authentication
from idp.sessions.rules import PASSWORD_AND_SMS
from idp.web.pages import Pages
from idp.web.texts import gettext as _

REFUSALS: Final[Mapping[Page, str]] = {
    Page.MISMATCH: "enrolment/mismatch.html",
    Page.NOT_AVAILABLE: "enrolment/not_available.html",
    Page.NOT_SUBSCRIBER: "enrolment/not_subscriber.html",
    Page.WAITING: "enrolment/carrier_away.html",
}


class Otp(WizardPage):
    """`/enrol/otp`: whether the phone is at hand. Only after that is anybody asked anything."""

    page = Page.OTP

    def __init__(
        self,
        pages: Pages,
        visits: Visits,
        wizard: Wizard,
        *,
        otp_page: OtpPage,
        confirm_phone: ConfirmPhone,
    ) -> None:
        super().__init__(pages, visits, wizard)
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
        return self._wizard.ask_carrier(here.visit, here.pending)

    def _question(self, here: Position) -> OtpQuestion:
        return OtpQuestion(
            purpose=OtpPurpose.ENROLMENT,
            person=here.pending.id,
            interaction_id=here.visit.interaction.id,
            challenge=self._wizard.challenge(here.visit, here.pending),
            page=here.visit.page,
            begin=lambda: self._wizard.begin_challenge(here.visit, here.pending),
            number=here.pending.details.phone_number,
            step=_("Bước 3/4"),
            edit_phone_url=url_of(here.visit, Page.MOBILE),
        )


class CarrierSays(WizardPage):
    """
    `/enrol/waiting`, `/mismatch`, `/not-available`, `/not-subscriber`: no account yet, and why.

    Which detail differs is not said: the group of them is enough for the owner of the number, and
    little for somebody who tries other people's details on the own phone.
    """

    def __init__(
        self, pages: Pages, visits: Visits, wizard: Wizard, *, page: Page, kept: timedelta
    ) -> None:
        super().__init__(pages, visits, wizard)
        self.page = page
        self._kept = kept

    def show(self, here: Position) -> Response:
        """What the carrier said, and the button to ask again."""
        return self._pages.render(
            REFUSALS[self.page],
            form=self._pages.blank_form(RecheckForm),
            last_three=here.pending.details.phone_number.last_three,
            differences=_("Số CMT/CCCD, họ tên hoặc ngày sinh"),
            number_differs=True,
            edit_url=url_of(here.visit, Page.MOBILE),
            kept_days=self._kept.days,
            **here.visit.page,
        )

    def act(self, here: Position) -> Response:
        """Ask again, with the same details."""
        self._pages.form(RecheckForm)  # only a token to check
        return self._wizard.ask_carrier(here.visit, here.pending)


class Exists(WizardPage):
    """`/enrol/exists`: the identity number has an account. Said to a matching subscriber alone."""

    page = Page.EXISTS

    def show(self, here: Position) -> Response:
        """The ways on: sign in, or get a new password."""
        return self._pages.render("enrolment/exists.html", **here.visit.page)


class Password(WizardPage):
    """`/enrol/password`: the last step, which makes the account."""

    page = Page.PASSWORD

    def __init__(
        self,
        pages: Pages,
        visits: Visits,
        wizard: Wizard,
        *,
        create: CreateCitizen,
        notices: Notices,
        counts_as_sign_in: timedelta,
        clock: Clock,
    ) -> None:
        super().__init__(pages, visits, wizard)
        self._create = create
        self._notices = notices
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
            return self._wizard.onwards(here.visit)
        except NotReady:  # pressed twice, or in another tab: what is stored by now decides
            return self._wizard.to(here.visit, Page.DONE)
        visit = self._signed_in(here.visit, enrolled)
        self._notices.tell(NoticeKind.ENROLMENT_FINISHED, enrolled.citizen_id, self._clock.now())
        return self._wizard.to(visit, Page.DONE)

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
            "enrolment/password.html", form=form, identity_number=number.value, **here.visit.page
        )


class Done(WizardPage):
    """`/enrol/done`: the level that was reached, and the way to the portal."""

    page = Page.DONE

    def __init__(
        self,
        pages: Pages,
        visits: Visits,
        wizard: Wizard,
        *,
        database: Database,
        levels: tuple[VerificationLevel, ...],
        clock: Clock,
    ) -> None:
        super().__init__(pages, visits, wizard)
        self._database = database
        self._levels = levels
        self._clock = clock

    def show(self, here: Position) -> Response:
        """The page; also for a reload of any earlier one."""
        citizen_id = here.visit.interaction.enrolled
        if citizen_id is None:
            raise LookupError("nobody was enrolled, and the last page is due")
        with self._database.reading() as reading:
            citizen = citizens.citizen(reading, citizen_id, "identity_numbers", "evidence")
        level = verification_level(citizen.evidence, self._levels, self._clock.now())
        shown = level.shown(str(get_locale()))
        return self._pages.render(
            "enrolment/done.html",
            level_text=_("Mức %(level)d – %(shown)s", level=level.level, shown=shown),
            last_four=IdentityNumber(citizen.identity_numbers[0].value).last_four,
            continue_url=f"/resume?i={here.visit.interaction.id}",
            **here.visit.page,
        )
