"""
The pages by which an unfinished enrolment is taken up, from whichever browser.

Up to the right code, everything a stranger can see, count or time is the same whether or not the
typed details belong to anything that is kept.
"""

from flask import Response

from idp.enrolment.forms import TakeUpForm
from idp.enrolment.model import PendingEnrolmentId
from idp.enrolment.path import EnrolmentPath
from idp.enrolment.take_up import FindKept, TakenUp, TakeUpEnrolment
from idp.interactions.model import Intent
from idp.interactions.progress import TakeUp
from idp.interactions.visits import Visit, Visits
from idp.otp.model import Challenge, OtpPurpose
from idp.otp.one_time_passwords import OneTimePasswords, Paused
from idp.otp.page import ACCEPTED, OtpPage, OtpQuestion
from idp.throttling.ports import BudgetSpent
from idp.web.at_hand import request
from idp.web.network import client_network
from idp.web.pages import Pages
from idp.web.see_other import see_other
from idp.web.views import MethodView

START = "/enrol/take-up"
CODE = "/enrol/take-up/otp"


class TakeUpStart(MethodView):
    """`/enrol/take-up`: identity number and phone; the answer is the same for everybody."""

    def __init__(
        self,
        pages: Pages,
        visits: Visits,
        *,
        otp: OneTimePasswords,
        otp_page: OtpPage,
        find_kept: FindKept,
    ) -> None:
        self._pages = pages
        self._visits = visits
        self._otp = otp
        self._otp_page = otp_page
        self._find_kept = find_kept

    def get(self) -> Response:
        visit = self._visits.current()
        if self._visits.is_signed_in(visit):
            return self._visits.proceed(visit)  # who is signed in has an account
        return self._render(
            visit, self._pages.form(TakeUpForm), has_lapsed="lapsed" in request.args
        )

    def post(self) -> Response:
        """A challenge in every case; for nothing a blank one, which no code can meet."""
        visit = self._visits.current()
        form = self._pages.form(TakeUpForm)
        if self._visits.is_signed_in(visit):
            return self._visits.proceed(visit)
        if not form.validate():
            return self._render(visit, form)
        found = self._find_kept(form.typed_number, form.phone_number.number, browser=visit.browser)
        try:
            challenge = self._otp.begin(
                OtpPurpose.ENROLMENT,
                person=found,
                number=form.phone_number.number,
                interaction_id=visit.interaction.id,
                client_id=visit.client_id,
                network=client_network(),
            )
        except (BudgetSpent, Paused) as limit:
            return self._otp_page.limited(limit, visit.page)
        self._visits.update(
            visit, lambda current: current.with_(take_up=TakeUp(found, challenge.id))
        )
        return _to(visit, CODE)

    def _render(self, visit: Visit, form: TakeUpForm, *, has_lapsed: bool = False) -> Response:
        return self._pages.render(
            "enrolment/take_up.html", form=form, has_lapsed=has_lapsed, **visit.page
        )


class TakeUpCode(MethodView):
    """
    `/enrol/take-up/otp`: the code. Right, the enrolment goes on where it should.

    Whoever finishes it is signed in here as after any enrolment: the code and the new password were
    both typed in this browser, and nothing came to it from the one where it was begun.
    """

    def __init__(
        self,
        pages: Pages,
        visits: Visits,
        *,
        path: EnrolmentPath,
        otp: OneTimePasswords,
        otp_page: OtpPage,
        take_up: TakeUpEnrolment,
    ) -> None:
        self._pages = pages
        self._visits = visits
        self._path = path
        self._otp = otp
        self._otp_page = otp_page
        self._take_up = take_up

    def get(self) -> Response:
        """The question; it does not tell whether any text went out, nor where to."""
        visit = self._visits.current()
        question = self._question(visit)
        return question if isinstance(question, Response) else self._otp_page.show(question)

    def post(self) -> Response:
        """The typed code, or the wish for another."""
        visit = self._visits.current()
        question = self._question(visit)
        if isinstance(question, Response):
            return question
        answer = self._otp_page.post(question)
        if answer != ACCEPTED:
            return answer
        taken = self._take_up(
            PendingEnrolmentId(question.person or ""),  # a blank challenge is met by no code
            browser=visit.browser,
            interaction_id=visit.interaction.id,
        )
        if taken is None:
            return _to(visit, START, "&lapsed=1")
        return self._go_on(visit, taken)

    def _go_on(self, visit: Visit, taken: TakenUp) -> Response:
        """
        Go on where a relying party waits for *this* browser; else finish here, for nobody.

        A request that was begun in another browser is never answered with what happens in this one.
        """
        waiting = None
        if visit.interaction.request is None:
            waiting = self._visits.waiting(taken.interaction_id)
        here = waiting or visit
        begun_for = taken.client_id if here.interaction.request is None else None
        here = self._visits.update(
            here,
            lambda current: current.with_(
                intent=Intent.ENROL,
                account_chosen=True,
                enrolment_id=taken.id,
                enrolled=None,
                challenge_id=None,
                take_up=None,
                begun_for=begun_for,
            ),
        )
        return self._path.ask_carrier_about(here, taken.id)

    def _question(self, visit: Visit) -> OtpQuestion | Response:
        if self._visits.is_signed_in(visit):
            return self._visits.proceed(visit)
        progress = visit.interaction.take_up
        if progress is None:
            return _to(visit, START)
        challenge = self._otp.challenge(progress.challenge_id)
        if challenge is None:
            return _to(visit, START, "&lapsed=1")
        return OtpQuestion(
            purpose=OtpPurpose.ENROLMENT,
            person=progress.enrolment_id,
            interaction_id=visit.interaction.id,
            challenge=challenge,
            page=visit.page,
            begin=lambda: self._begin_again(visit, progress, challenge),
        )

    def _begin_again(self, visit: Visit, progress: TakeUp, used_up: Challenge) -> Challenge:
        challenge = self._otp.begin_again(used_up, network=client_network())
        self._visits.update(
            visit,
            lambda current: current.with_(take_up=TakeUp(progress.enrolment_id, challenge.id)),
        )
        return challenge


def _to(visit: Visit, path: str, more: str = "") -> Response:
    return see_other(f"{path}?i={visit.interaction.id}{more}")
