"""The pages of a step-up."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from flask import Response
from flask_babel import get_locale

from idp.authenticators.store import factors_of
from idp.carriers.model import Outcome
from idp.carriers.ports import CarrierUnavailable
from idp.citizens.holds import ChangesBarred, holds_of
from idp.citizens.model import CitizenId
from idp.citizens.phone_store import phone_number_of
from idp.citizens.rules import VerificationLevel, bars_changes
from idp.core.clock import Clock
from idp.core.phone_number import PhoneNumber
from idp.counter_visits.open_visit import ExpectedVisit, OpenVisit
from idp.db.database import Database
from idp.interactions.flow import Flow
from idp.interactions.rules import UNMET
from idp.interactions.shortfall import Shortfall
from idp.interactions.visits import Visits
from idp.otp.model import Challenge, OtpPurpose
from idp.otp.one_time_passwords import OneTimePasswords, Paused
from idp.otp.page import ACCEPTED, OtpPage, OtpQuestion
from idp.step_up.ask_carrier import AskCarrierAgain, NoPhone
from idp.step_up.forms import AskCarrierForm, StepUpForm, VisitForm
from idp.step_up.path import CARRIER, COUNTER, OTP, Position, StepUpPage, StepUpPath
from idp.step_up.rules import level_shown, phone_proved, ways
from idp.throttling.ports import BudgetSpent
from idp.web.network import client_network
from idp.web.pages import Pages
from idp.web.shown_time import shown_moment
from idp.web.texts import gettext as _

SILENT: Final = "unavailable"
"""The outcome where the carrier did not answer."""


class Explain(StepUpPage):
    """`/step-up`: what the portal demands, what was reached, and what can be done."""

    def __init__(
        self,
        pages: Pages,
        path: StepUpPath,
        *,
        visits: Visits,
        flow: Flow,
        database: Database,
        levels: tuple[VerificationLevel, ...],
        clock: Clock,
    ) -> None:
        super().__init__(pages, path)
        self._visits = visits
        self._flow = flow
        self._database = database
        self._levels = levels
        self._clock = clock

    def show(self, here: Position) -> Response:
        """The page, while something is missing."""
        return self._render(here, self._pages.form(StepUpForm))

    def act(self, here: Position) -> Response:
        """Sign in in a stronger way, or tell the portal that its demand is not met."""
        form = self._pages.form(StepUpForm)
        if not form.validate():
            return self._render(here, form)
        if not form.goes_back:
            return self._path.sign_in_again(here.visit)
        return self._visits.proceed(
            self._visits.update(here.visit, lambda current: current.with_(refusal=UNMET))
        )

    def _render(self, here: Position, form: StepUpForm) -> Response:
        missing = self._flow.shortfall(here.visit.interaction, here.session)
        if missing is None:  # reached a moment ago, in another tab; or no portal asks
            return self._path.onwards(here.visit)
        with self._database.reading() as reading:
            factors = factors_of(reading, here.citizen_id, None, self._clock.now())
            has_phone = phone_number_of(reading, here.citizen_id) is not None
            is_barred = bars_changes(holds_of(reading, here.citizen_id))
        return self._pages.render(
            "step_up/explain.html",
            form=form,
            missing=missing,
            wanted=self._wanted(missing),
            reached=self._reached(missing),
            ways=ways(missing, self._levels, has_phone=has_phone, has_passkey=factors.passkey),
            is_barred=is_barred,
            **here.visit.page,
        )

    def _wanted(self, missing: Shortfall) -> str | None:
        wanted = missing.verification_wanted
        if wanted is None:
            return None
        shown = level_shown(wanted, self._levels)
        return _("Mức %(level)d", level=wanted) if shown is None else self._shown(shown)

    def _reached(self, missing: Shortfall) -> str:
        return self._shown(
            next(entry for entry in self._levels if entry.level == missing.verification)
        )

    @staticmethod
    def _shown(level: VerificationLevel) -> str:
        shown = level.shown(str(get_locale()))
        return _("Mức %(level)d – %(shown)s", level=level.level, shown=shown)


class BeginChallenge:
    """Sends a code to the citizen's phone, and notes the challenge in the interaction."""

    def __init__(self, *, otp: OneTimePasswords, path: StepUpPath, database: Database) -> None:
        self._otp = otp
        self._path = path
        self._database = database

    def __call__(self, here: Position, number: PhoneNumber) -> Challenge:
        """Begin one. Raises `BudgetSpent`, `Paused`."""
        challenge = self._otp.begin(
            OtpPurpose.STEP_UP,
            person=here.citizen_id,
            number=number,
            interaction_id=here.visit.interaction.id,
            client_id=here.visit.client_id,
            network=client_network(),
        )
        self._path.note(here.visit, replace(here.progress, challenge_id=challenge.id))
        return challenge

    def standing(self, here: Position) -> Challenge | None:
        """The challenge that is out for this citizen."""
        challenge = self._otp.challenge(here.progress.challenge_id)
        if challenge is None or challenge.purpose is not OtpPurpose.STEP_UP:
            return None
        return challenge if challenge.person == here.citizen_id else None

    def number_of(self, citizen_id: CitizenId) -> PhoneNumber | None:
        """The number a carrier is asked about."""
        with self._database.reading() as reading:
            return phone_number_of(reading, citizen_id)


class PutQuestion:
    """Asks the carrier, and goes where the answer leads: onwards after a match, else its page."""

    def __init__(self, *, pages: Pages, path: StepUpPath, ask: AskCarrierAgain) -> None:
        self._pages = pages
        self._path = path
        self._ask = ask

    def __call__(self, here: Position) -> Response:
        """Do so; the phone is at hand."""
        try:
            outcome = self._ask(
                here.citizen_id,
                client_id=here.visit.client_id,
                is_owed=here.progress.outcome == SILENT,
            )
        except BudgetSpent as spent:
            return self._too_often(here, spent)
        except ChangesBarred:
            return self._path.barred(here)
        except NoPhone:
            return self._path.leave(here)
        except CarrierUnavailable:
            said = replace(here.progress, outcome=SILENT, differing=())
        else:
            if outcome.outcome is Outcome.MATCH:
                return self._path.onwards(here.visit)
            differing = tuple(sorted(outcome.differing))
            said = replace(here.progress, outcome=outcome.outcome, differing=differing)
        return self._path.to(self._path.note(here.visit, said), CARRIER)

    def _too_often(self, here: Position, spent: BudgetSpent) -> Response:
        return self._pages.too_many(spent.retry_after, **here.visit.page)


class AskCarrier(StepUpPage):
    """`/step-up/carrier`: what is asked, and then what the carrier said."""

    def __init__(
        self,
        pages: Pages,
        path: StepUpPath,
        *,
        put: PutQuestion,
        begin: BeginChallenge,
        otp_page: OtpPage,
        proves_for: timedelta,
        clock: Clock,
    ) -> None:
        super().__init__(pages, path)
        self._put = put
        self._begin = begin
        self._otp_page = otp_page
        self._proves_for = proves_for
        self._clock = clock

    def show(self, here: Position) -> Response:
        """The button, and what the carrier said the last time it was asked."""
        number = self._begin.number_of(here.citizen_id)
        if number is None:
            return self._path.leave(here)
        return self._pages.render(
            "step_up/carrier.html",
            form=self._pages.form(AskCarrierForm),
            outcome=here.progress.outcome,
            differing=here.progress.differing,
            last_three=number.last_three,
            leave_path=here.leave_path,
            **here.visit.page,
        )

    def act(self, here: Position) -> Response:
        """Ask, once the phone is known to be at hand."""
        self._pages.form(AskCarrierForm)
        now = self._clock.now()
        if phone_proved(here.progress, here.session.authentication, now, self._proves_for):
            return self._put(here)
        number = self._begin.number_of(here.citizen_id)
        if number is None:
            return self._path.leave(here)
        if self._begin.standing(here) is None:
            try:
                self._begin(here, number)
            except (BudgetSpent, Paused) as limit:
                return self._otp_page.limited(limit, here.visit.page)
        return self._path.to(here.visit, OTP)


class ProvePhone(StepUpPage):
    """`/step-up/otp`: whether the phone is at hand; a right code puts the question at once."""

    def __init__(
        self,
        pages: Pages,
        path: StepUpPath,
        *,
        put: PutQuestion,
        begin: BeginChallenge,
        otp_page: OtpPage,
        clock: Clock,
    ) -> None:
        super().__init__(pages, path)
        self._put = put
        self._begin = begin
        self._otp_page = otp_page
        self._clock = clock

    def show(self, here: Position) -> Response:
        """The question for the code."""
        question = self._question(here)
        return self._path.leave(here) if question is None else self._otp_page.show(question)

    def act(self, here: Position) -> Response:
        """The typed code, or the wish for another."""
        question = self._question(here)
        if question is None:
            return self._path.leave(here)
        answer = self._otp_page.post(question)
        if answer != ACCEPTED:
            return answer
        proved = replace(
            here.progress,
            challenge_id=None,
            possession_proved_at=self._clock.now(),
            outcome=None,
            differing=(),
        )
        return self._put(replace(here, visit=self._path.note(here.visit, proved)))

    def _question(self, here: Position) -> OtpQuestion | None:
        number = self._begin.number_of(here.citizen_id)
        if number is None:
            return None
        return OtpQuestion(
            purpose=OtpPurpose.STEP_UP,
            person=here.citizen_id,
            interaction_id=here.visit.interaction.id,
            challenge=self._begin.standing(here),
            page=here.visit.page,
            begin=lambda: self._begin(here, number),
            number=number,
        )


class VisitCounter(StepUpPage):
    """`/step-up/visit`: the code for the counter, and the way on once it was confirmed there."""

    def __init__(
        self,
        pages: Pages,
        path: StepUpPath,
        *,
        open_visit: OpenVisit,
        visits: Visits,
        days: int,
        clock: Clock,
    ) -> None:
        super().__init__(pages, path)
        self._open_visit = open_visit
        self._visits = visits
        self._days = days
        self._clock = clock

    def show(self, here: Position) -> Response:
        """What a visit is, or the code of the one that is open."""
        expected = self._open_visit.expected(here.citizen_id)
        return self._render(here, self._pages.form(VisitForm), expected)

    def act(self, here: Position) -> Response:
        """The wish for a code, or for the way on."""
        form = self._pages.form(VisitForm)
        expected = self._open_visit.expected(here.citizen_id)
        if not form.validate():
            return self._render(here, form, expected)
        if form.wants_code:
            try:
                taken = self._open_visit(here.citizen_id)
            except ChangesBarred:
                return self._path.barred(here)
            # The portal's request waits for as long as the code can be used.
            self._visits.keep(here.visit, taken.expires_at - self._clock.now())
            return self._path.to(here.visit, COUNTER)
        if expected is None:  # confirmed: what that is worth, the rules of the flow know
            return self._path.onwards(here.visit)
        form.fail_unconfirmed()
        return self._render(here, form, expected)

    def _render(self, here: Position, form: VisitForm, expected: ExpectedVisit | None) -> Response:
        return self._pages.render(
            "step_up/visit.html",
            form=form,
            code=expected.code if expected else None,
            valid_until=shown_moment(expected.expires_at) if expected else None,
            days=self._days,
            leave_path=here.leave_path,
            **here.visit.page,
        )
