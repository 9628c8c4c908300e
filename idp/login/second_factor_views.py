"""The pages of a second factor that is no text message, and of a passkey that needs no first."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from flask import Response

from idp.authenticators.device_cookie import DeviceCookie
from idp.authenticators.passkeys import PasskeyRefused, Place
from idp.authenticators.verify_app_code import VerifyAppCode, WrongCode
from idp.authenticators.verify_passkey import VerifyPasskey
from idp.authenticators.verify_recovery_code import VerifyRecoveryCode
from idp.citizens.model import CitizenId
from idp.core.clock import Clock
from idp.interactions.rules import Step
from idp.interactions.visits import Visit, Visits
from idp.login.forms import AppCodeForm, PasskeyForm, RecoveryCodeForm, WayForm
from idp.login.second_factor import AskSecondFactor, NoSecondFactor
from idp.otp.one_time_passwords import Paused
from idp.otp.page import OtpPage
from idp.sessions.model import Authentication
from idp.sessions.rules import PASSWORD_AND_APP, PASSWORD_AND_RECOVERY_CODE, passkey_methods
from idp.throttling.ports import BudgetSpent
from idp.web.pages import Pages
from idp.web.shown_time import shown_moment
from idp.web.views import MethodView


def beside(pages: Pages, visit: Visit, *, remember_days: int | None = None) -> dict[str, Any]:
    """What a page of a second factor shows beside it: other ones, and the box to be remembered."""
    ways = visit.interaction.other_factors
    return {
        "other_ways": ways,
        "way_form": pages.blank_form(WayForm) if ways else None,
        "sms_doubted": visit.interaction.sms_doubt is not None,
        "remember_days": remember_days,
    }


class SecondFactorPage(MethodView, ABC):
    """A page that is shown while its step is next; else the one that is takes its place."""

    step: ClassVar[Step]

    def __init__(self, pages: Pages, visits: Visits, clock: Clock) -> None:
        self._pages = pages
        self._visits = visits
        self._clock = clock

    def get(self) -> Response:
        visit = self._visits.current()
        citizen_id = self._asked(visit)
        return self._visits.proceed(visit) if citizen_id is None else self.show(visit)

    def post(self) -> Response:
        visit = self._visits.current()
        citizen_id = self._asked(visit)
        return self._visits.proceed(visit) if citizen_id is None else self.act(visit, citizen_id)

    @abstractmethod
    def show(self, visit: Visit) -> Response:
        """The page."""

    @abstractmethod
    def act(self, visit: Visit, citizen_id: CitizenId) -> Response:
        """What was typed, for the citizen whose password was right."""

    def _asked(self, visit: Visit) -> CitizenId | None:
        return (
            visit.interaction.password_verified if self._visits.step(visit) is self.step else None
        )

    def _sign_in(
        self, visit: Visit, citizen_id: CitizenId, amr: tuple[str, ...], *, remember: bool = False
    ) -> Response:
        authentication = Authentication(citizen_id, self._clock.now(), amr)
        signed_in = self._visits.sign_in(
            visit,
            authentication,
            password_at=visit.interaction.password_verified_at,
            remember=remember,
        )
        return self._visits.proceed(signed_in)


class AppCode(SecondFactorPage):
    """`/login/app-code`: the code that an authenticator app shows."""

    step = Step.APP_CODE

    def __init__(
        self,
        pages: Pages,
        visits: Visits,
        clock: Clock,
        verify: VerifyAppCode,
        device_cookie: DeviceCookie,
    ) -> None:
        super().__init__(pages, visits, clock)
        self._verify = verify
        self._remember_days = device_cookie.remembered_for.days

    def show(self, visit: Visit) -> Response:
        return self._render(visit, self._pages.form(AppCodeForm))

    def act(self, visit: Visit, citizen_id: CitizenId) -> Response:
        form = self._pages.form(AppCodeForm)
        if not form.validate():
            return self._render(visit, form)
        try:
            self._verify(citizen_id, form.code)
        except WrongCode:
            form.fail_wrong()
            return self._render(visit, form)
        except BudgetSpent as spent:
            form.fail_too_often(spent.minutes)
            return self._render(visit, form, status=429)
        return self._sign_in(
            visit, citizen_id, PASSWORD_AND_APP, remember=form.wants_to_be_remembered
        )

    def _render(self, visit: Visit, form: AppCodeForm, *, status: int = 200) -> Response:
        return self._pages.render(
            "login/app_code.html",
            status=status,
            form=form,
            **visit.page,
            **beside(self._pages, visit, remember_days=self._remember_days),
        )


class RecoveryCode(SecondFactorPage):
    """`/login/recovery-code`: one code of the list that was printed."""

    step = Step.RECOVERY_CODE

    def __init__(
        self, pages: Pages, visits: Visits, clock: Clock, verify: VerifyRecoveryCode
    ) -> None:
        super().__init__(pages, visits, clock)
        self._verify = verify

    def show(self, visit: Visit) -> Response:
        return self._render(visit, self._pages.form(RecoveryCodeForm))

    def act(self, visit: Visit, citizen_id: CitizenId) -> Response:
        form = self._pages.form(RecoveryCodeForm)
        if not form.validate():
            return self._render(visit, form)
        try:
            self._verify(citizen_id, form.code)
        except WrongCode:
            form.fail_wrong()
            return self._render(visit, form)
        except BudgetSpent as spent:
            form.fail_too_often(spent.minutes)
            return self._render(visit, form, status=429)
        return self._sign_in(visit, citizen_id, PASSWORD_AND_RECOVERY_CODE)

    def _render(self, visit: Visit, form: RecoveryCodeForm, *, status: int = 200) -> Response:
        return self._pages.render(
            "login/recovery_code.html",
            status=status,
            form=form,
            **visit.page,
            **beside(self._pages, visit),
        )


class SmsDoubted(SecondFactorPage):
    """`/login/new-device`: a text message would do elsewhere, and not on this device today."""

    step = Step.SMS_DOUBTED

    def show(self, visit: Visit) -> Response:
        """Why, and from when on."""
        doubt = visit.interaction.sms_doubt
        if doubt is None:  # then the step is another
            return self._visits.proceed(visit)
        until = doubt.possible_from
        return self._pages.render(
            "login/new_device.html",
            reason=doubt.reason,
            possible_from=shown_moment(until),
            **visit.page,
        )

    def act(self, visit: Visit, citizen_id: CitizenId) -> Response:
        """The page has no form."""
        return self.show(visit)


class PasskeySignIn(MethodView):
    """`/login/passkey`: the second factor where it is one; else all there is to a sign-in."""

    def __init__(self, pages: Pages, visits: Visits, clock: Clock, verify: VerifyPasskey) -> None:
        self._pages = pages
        self._visits = visits
        self._clock = clock
        self._verify = verify

    def get(self) -> Response:
        """The question; a browser without scripts is told so, and has the other ways."""
        visit = self._visits.current()
        if self._visits.is_signed_in(visit):
            return self._visits.proceed(visit)
        return self._render(visit, self._pages.form(PasskeyForm))

    def post(self) -> Response:
        visit = self._visits.current()
        form = self._pages.form(PasskeyForm)
        if self._visits.is_signed_in(visit):
            return self._visits.proceed(visit)
        if not form.validate():
            return self._render(visit, form)
        citizen_id = self._after_password(visit)
        try:
            verified = self._verify(form.answer, place=_place(visit), citizen_id=citizen_id)
        except PasskeyRefused:
            form.fail_refused()
            return self._render(visit, form)
        methods = passkey_methods(copyable=verified.copyable, with_password=citizen_id is not None)
        authentication = Authentication(verified.citizen_id, self._clock.now(), methods)
        password_at = None if citizen_id is None else visit.interaction.password_verified_at
        return self._visits.proceed(
            self._visits.sign_in(visit, authentication, password_at=password_at)
        )

    def _after_password(self, visit: Visit) -> CitizenId | None:
        """Whose password was right, where the passkey is the second factor."""
        is_second = self._visits.step(visit) is Step.PASSKEY
        return visit.interaction.password_verified if is_second else None

    def _render(self, visit: Visit, form: PasskeyForm) -> Response:
        citizen_id = self._after_password(visit)
        return self._pages.render(
            "login/passkey.html",
            form=form,
            options=self._verify.options(place=_place(visit), citizen_id=citizen_id),
            is_second=citizen_id is not None,
            **visit.page,
            **beside(self._pages, visit),
        )


class OtherWay(MethodView):
    """`/login/way`: another second factor than the one that was asked for."""

    def __init__(
        self, pages: Pages, visits: Visits, ask: AskSecondFactor, otp_page: OtpPage
    ) -> None:
        self._pages = pages
        self._visits = visits
        self._ask = ask
        self._otp_page = otp_page

    def get(self) -> Response:
        """For a reload: the page of the step that is next."""
        return self._visits.proceed(self._visits.current())

    def post(self) -> Response:
        """The choice, where it was offered."""
        visit = self._visits.current()
        form = self._pages.form(WayForm)
        citizen_id = visit.interaction.password_verified
        if not form.validate() or citizen_id is None:
            return self._visits.proceed(visit)
        if form.chosen not in visit.interaction.other_factors:
            return self._visits.proceed(visit)
        try:
            return self._visits.proceed(self._ask.instead(visit, citizen_id, form.chosen))
        except NoSecondFactor:
            return self._pages.render("login/no_phone.html", **visit.page)
        except (BudgetSpent, Paused) as limit:
            return self._otp_page.limited(limit, visit.page)


def _place(visit: Visit) -> Place:
    return Place(f"sign_in:{visit.interaction.id}")
