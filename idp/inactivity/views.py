"""The pages that open a locked account, for whoever has just proved to be its citizen."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from flask import Response

from idp.citizens.model import CitizenId
from idp.citizens.phone_store import phone_number_of
from idp.core.clock import Clock
from idp.core.phone_number import PhoneNumber
from idp.db.database import Database
from idp.inactivity.forms import ReactivateForm
from idp.inactivity.reactivate import Answer, Reactivate
from idp.inactivity.rules import phone_proved
from idp.interactions.progress import ReactivationProgress
from idp.interactions.visits import Visit, Visits
from idp.otp.model import Challenge, OtpPurpose
from idp.otp.one_time_passwords import OneTimePasswords, Paused
from idp.otp.page import ACCEPTED, OtpPage, OtpQuestion
from idp.sessions.model import Authentication
from idp.throttling.ports import BudgetSpent
from idp.web.network import client_network
from idp.web.pages import Pages
from idp.web.see_other import see_other
from idp.web.views import MethodView

START: Final = "/reactivate"
OTP: Final = "/reactivate/otp"


class ReactivationPage(MethodView):
    """What both pages share. Whoever has not proved to be the citizen begins with that."""

    def __init__(
        self,
        *,
        pages: Pages,
        visits: Visits,
        otp: OneTimePasswords,
        otp_page: OtpPage,
        reactivate: Reactivate,
        proves_for: timedelta,
        database: Database,
        clock: Clock,
    ) -> None:
        self._pages = pages
        self._visits = visits
        self._otp = otp
        self._otp_page = otp_page
        self._reactivate = reactivate
        self._proves_for = proves_for
        self._database = database
        self._clock = clock

    def _progress(self, visit: Visit) -> ReactivationProgress | None:
        """How far it has come; `None` once the proof was too long ago."""
        progress = visit.interaction.reactivation
        if progress is None:
            return None
        lapsed = self._clock.now() - progress.proved_at >= self._proves_for
        return None if lapsed else progress

    def _note(self, visit: Visit, progress: ReactivationProgress | None) -> Visit:
        return self._visits.update(visit, lambda current: current.with_(reactivation=progress))

    def _to(self, visit: Visit, path: str) -> Response:
        return see_other(f"{path}?i={visit.interaction.id}")

    def _number_of(self, citizen_id: CitizenId) -> PhoneNumber | None:
        with self._database.reading_rows() as reading:
            return phone_number_of(reading, citizen_id)

    def _begin(
        self, visit: Visit, progress: ReactivationProgress, number: PhoneNumber
    ) -> Challenge:
        challenge = self._otp.begin(
            OtpPurpose.REACTIVATION,
            person=progress.citizen_id,
            number=number,
            interaction_id=visit.interaction.id,
            client_id=visit.client_id,
            network=client_network(),
        )
        self._note(visit, replace(progress, challenge_id=challenge.id))
        return challenge

    def _standing(self, progress: ReactivationProgress) -> Challenge | None:
        challenge = self._otp.challenge(progress.challenge_id)
        if challenge is None or challenge.purpose is not OtpPurpose.REACTIVATION:
            return None
        return challenge if challenge.person == progress.citizen_id else None

    def _ask(self, visit: Visit, progress: ReactivationProgress) -> Response:
        """Ask the carrier, and sign in once the account is open: both factors were just shown."""
        try:
            came_of_it = self._reactivate(progress.citizen_id, client_id=visit.client_id)
        except BudgetSpent as spent:
            return self._too_often(visit, spent)
        if came_of_it.answer is Answer.OPENED:
            opened = self._note(visit, None)
            authentication = Authentication(progress.citizen_id, self._clock.now(), progress.amr)
            return self._visits.proceed(
                self._visits.sign_in(opened, authentication, password_at=progress.password_at)
            )
        if came_of_it.answer is Answer.GONE:
            return self._visits.proceed(self._note(visit, None))
        said = replace(
            progress,
            outcome=came_of_it.answer,
            differing=tuple(sorted(came_of_it.differing)),
        )
        return self._to(self._note(visit, said), START)

    def _too_often(self, visit: Visit, spent: BudgetSpent) -> Response:
        return self._pages.too_many(spent.retry_after, **visit.page)


class Start(ReactivationPage):
    """`/reactivate`: why the account is locked, and then what the carrier said."""

    def get(self) -> Response:
        visit = self._visits.current()
        progress = self._progress(visit)
        if progress is None:
            return self._visits.proceed(visit)
        number = self._number_of(progress.citizen_id)
        return self._pages.render(
            "inactivity/start.html",
            form=self._pages.form(ReactivateForm),
            outcome=progress.outcome,
            differing=progress.differing,
            last_three=None if number is None else number.last_three,
            **visit.page,
        )

    def post(self) -> Response:
        """Have a code sent; after a right one of a moment ago, ask the carrier again."""
        visit = self._visits.current()
        progress = self._progress(visit)
        if progress is None:
            return self._visits.proceed(visit)
        self._pages.form(ReactivateForm)
        if phone_proved(progress.phone_proved_at, self._clock.now(), self._proves_for):
            return self._ask(visit, progress)
        number = self._number_of(progress.citizen_id)
        if number is None:  # the page says so
            return self._to(visit, START)
        if self._standing(progress) is None:
            try:
                self._begin(visit, progress, number)
            except (BudgetSpent, Paused) as limit:
                return self._otp_page.limited(limit, visit.page)
        return self._to(visit, OTP)


class ProvePhone(ReactivationPage):
    """`/reactivate/otp`: the code; a right one has the carrier asked at once."""

    def get(self) -> Response:
        visit = self._visits.current()
        question = self._question(visit)
        return self._to(visit, START) if question is None else self._otp_page.show(question)

    def post(self) -> Response:
        """The typed code, or the wish for another."""
        visit = self._visits.current()
        progress, question = self._progress(visit), self._question(visit)
        if progress is None or question is None:
            return self._to(visit, START)
        answer = self._otp_page.post(question)
        if answer != ACCEPTED:
            return answer
        proved = replace(
            progress,
            challenge_id=None,
            phone_proved_at=self._clock.now(),
            outcome=None,
            differing=(),
        )
        return self._ask(self._note(visit, proved), proved)

    def _question(self, visit: Visit) -> OtpQuestion | None:
        progress = self._progress(visit)
        if progress is None:
            return None
        number = self._number_of(progress.citizen_id)
        challenge = self._standing(progress)
        if number is None or challenge is None:
            return None
        return OtpQuestion(
            purpose=OtpPurpose.REACTIVATION,
            person=progress.citizen_id,
            interaction_id=visit.interaction.id,
            challenge=challenge,
            page=visit.page,
            begin=lambda: self._begin(visit, progress, number),
            number=number,
        )
