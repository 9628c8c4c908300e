"""The pages of a sign-in: which account, password, code."""

from flask import Response

from idp.authenticators.device_cookie import DeviceCookie
from idp.citizens.phone_store import phone_number_of
from idp.core.clock import Clock
from idp.db.database import Database
from idp.interactions.rules import Step
from idp.interactions.sign_in import AccountInactive, SignInBarred
from idp.interactions.visits import Visit, Visits
from idp.login.forms import ChooseForm, LoginForm, WayForm
from idp.login.password_login import PasswordLogin, WrongCredentials
from idp.login.second_factor import AskSecondFactor, NoSecondFactor
from idp.otp.forms import REMEMBER
from idp.otp.model import Challenge, OtpPurpose
from idp.otp.one_time_passwords import OneTimePasswords, Paused
from idp.otp.page import ACCEPTED, OtpPage, OtpQuestion
from idp.sessions.model import Authentication
from idp.sessions.rules import PASSWORD_AND_SMS
from idp.throttling.ports import BudgetSpent
from idp.web.at_hand import request
from idp.web.network import client_network
from idp.web.pages import Pages
from idp.web.views import MethodView


class Choose(MethodView):
    """`/choose`: which account to sign in with. The tile is a link: nothing is stored by it."""

    def __init__(self, pages: Pages, visits: Visits) -> None:
        self._pages = pages
        self._visits = visits

    def get(self) -> Response:
        visit = self._visits.current()
        if self._visits.is_signed_in(visit):
            return self._visits.proceed(visit)
        return self._pages.render_blank(
            "login/choose.html", forms={"form": ChooseForm}, **visit.page
        )

    def post(self) -> Response:
        """Back to the portal (`access_denied`)."""
        visit = self._visits.current()
        form = self._pages.form(ChooseForm)
        if not form.validate():
            return self._pages.render("login/choose.html", form=form, **visit.page)
        return self._visits.proceed(
            self._visits.update(visit, lambda current: current.with_(refusal="access_denied"))
        )


class Login(MethodView):
    """`/login`: identity number and password."""

    def __init__(
        self,
        pages: Pages,
        visits: Visits,
        login: PasswordLogin,
        ask: AskSecondFactor,
        page: OtpPage,
        device_cookie: DeviceCookie,
    ) -> None:
        self._pages = pages
        self._visits = visits
        self._login = login
        self._ask = ask
        self._page = page
        self._device_cookie = device_cookie

    def get(self) -> Response:
        """The form; with a session that suffices there is nothing to ask."""
        visit = self._visits.current()
        if self._visits.is_signed_in(visit):
            return self._visits.proceed(visit)
        return self._pages.render_blank("login/login.html", forms={"form": LoginForm}, **visit.page)

    def post(self) -> Response:
        visit = self._visits.current()
        form = self._pages.form(LoginForm)
        if not form.validate():
            return self._show(visit, form)
        try:
            verified = self._login(
                form.typed_number,
                form.typed_password,
                network=client_network(),
                device=self._device_cookie.digest(),
            )
        except WrongCredentials:
            form.fail_credentials()
            return self._show(visit, form)
        except BudgetSpent as spent:
            return self._pages.too_many(
                spent.retry_after, template="login/slowed.html", **visit.page
            )
        except AccountInactive:
            raise  # there is a way on
        except SignInBarred:
            return self._pages.render("login/held.html", **visit.page)
        try:
            return self._visits.proceed(self._ask.after_password(visit, verified))
        except NoSecondFactor:
            return self._pages.render("login/no_phone.html", **visit.page)
        except (BudgetSpent, Paused) as limit:
            return self._page.limited(limit, visit.page)

    def _show(self, visit: Visit, form: LoginForm) -> Response:
        return self._pages.render("login/login.html", form=form, **visit.page)


class SignInCode(MethodView):
    """`/otp`: the code that completes a sign-in."""

    def __init__(
        self,
        pages: Pages,
        visits: Visits,
        otp: OneTimePasswords,
        ask: AskSecondFactor,
        page: OtpPage,
        device_cookie: DeviceCookie,
        database: Database,
        clock: Clock,
    ) -> None:
        self._pages = pages
        self._visits = visits
        self._otp = otp
        self._ask = ask
        self._page = page
        self._remember_days = device_cookie.remembered_for.days
        self._database = database
        self._clock = clock

    def get(self) -> Response:
        """The question for the code."""
        visit = self._visits.current()
        question = self._question(visit)
        return self._page.show(question) if question else self._back_to_password(visit)

    def post(self) -> Response:
        """The typed code, or the wish for another."""
        visit = self._visits.current()
        question = self._question(visit)
        if question is None:
            return self._back_to_password(visit)
        answer = self._page.post(question)
        if answer != ACCEPTED:
            return answer
        citizen_id = visit.interaction.password_verified
        if citizen_id is None:  # the question was asked for nobody else
            return self._back_to_password(visit)
        authentication = Authentication(citizen_id, self._clock.now(), PASSWORD_AND_SMS)
        remember = request.form.get("remember") == REMEMBER
        signed_in = self._visits.sign_in(
            visit,
            authentication,
            password_at=visit.interaction.password_verified_at,
            remember=remember,
        )
        return self._visits.proceed(signed_in)

    def _question(self, visit: Visit) -> OtpQuestion | None:
        citizen_id = visit.interaction.password_verified
        if citizen_id is None or self._visits.step(visit) is not Step.OTP:
            return None
        challenge = self._otp.challenge(visit.interaction.challenge_id)
        if challenge is None:
            return None
        with self._database.reading_rows() as reading:
            number = phone_number_of(reading, citizen_id)
        if number is None or not self._otp.goes_to(challenge, number):
            return None  # whoever has the former phone must not sign in by a code to it

        others = visit.interaction.other_factors

        def begin() -> Challenge:
            begun = self._ask.begin_challenge(visit, citizen_id, number)
            self._visits.update(visit, lambda current: current.with_(challenge_id=begun.id))
            return begun

        return OtpQuestion(
            purpose=OtpPurpose.SIGN_IN,
            person=citizen_id,
            interaction_id=visit.interaction.id,
            challenge=challenge,
            page=visit.page,
            beside={"other_ways": others, "remember_days": self._remember_days},
            forms_beside={"way_form": WayForm} if others else {},
            begin=begin,
            number=number,
            offers_other_phone=True,
        )

    def _back_to_password(self, visit: Visit) -> Response:
        """The code's time is over, or the step is: the password is asked for again, if need be."""
        if self._visits.step(visit) is not Step.OTP:
            return self._visits.proceed(visit)
        return self._visits.proceed(
            self._visits.update(
                visit,
                lambda current: current.with_(
                    password_verified=None, password_verified_at=None, challenge_id=None
                ),
            )
        )
