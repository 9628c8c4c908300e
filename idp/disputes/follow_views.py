"""
How a claimant follows the case: by its number and a code to the phone that was proved.

Up to the right code, the pages are the same whether or not there is such a case.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from flask import Response
from flask_babel import get_locale

from idp.citizens.blind_indexes import phone_number_index
from idp.citizens.model import IdentityNumberReservation
from idp.citizens.number_store import reservation
from idp.core.clock import Clock
from idp.db.database import Database
from idp.db.encryption import BlindIndex
from idp.disputes import store
from idp.disputes.answer_dispute import AnswerDispute, CaseClosed, SaidEnough
from idp.disputes.forms import EnrolForm, FollowForm, LeaveForm, WordsForm
from idp.disputes.model import CaseNumber, Dispute, DisputeStep, Side
from idp.disputes.path import ComplaintPath
from idp.disputes.ports import Enrolments
from idp.disputes.rules import FollowPage, next_follow_page
from idp.disputes.shown_steps import is_asked, shown_case, shown_steps
from idp.interactions.model import Intent
from idp.interactions.progress import FollowProgress
from idp.interactions.visits import Visit, Visits
from idp.otp.model import Challenge, OtpPurpose
from idp.otp.one_time_passwords import OneTimePasswords, Paused
from idp.otp.page import ACCEPTED, OtpPage, OtpQuestion
from idp.throttling.ports import BudgetSpent
from idp.web.network import client_network
from idp.web.pages import Pages
from idp.web.see_other import see_other
from idp.web.shown_time import shown_day
from idp.web.views import MethodView


@dataclass(frozen=True, slots=True)
class Follower:
    """One visit to the pages: how far it has come, and the page that is due."""

    visit: Visit
    reached: FollowProgress | None
    challenge: Challenge | None
    due: FollowPage

    @property
    def progress(self) -> FollowProgress:
        """How far it has come; on a page after the first there is something."""
        if self.reached is None:
            raise LookupError(f"nothing was typed, and {self.due} is due")
        return self.reached

    @property
    def number(self) -> CaseNumber:
        """The case; known once a code was right."""
        if self.progress.number is None:
            raise LookupError("a code was right for nobody")
        return CaseNumber(self.progress.number)


class Following:
    """Finds how far a claimant has come, from stored facts."""

    def __init__(
        self,
        *,
        pages: Pages,
        visits: Visits,
        otp: OneTimePasswords,
        otp_page: OtpPage,
        path: ComplaintPath,
        clock: Clock,
    ) -> None:
        self.pages = pages
        self.visits = visits
        self.otp = otp
        self.otp_page = otp_page
        self.path = path
        self.clock = clock

    def current(self) -> Follower:
        """Where the interaction of this request stands."""
        visit = self.visits.current()
        reached = visit.interaction.dispute_followed
        challenge = None if reached is None else self.otp.challenge(reached.challenge_id)
        due = next_follow_page(
            reached,
            challenge_lives=challenge is not None,
            now=self.clock.now(),
            proves_for=self.path.proves_for,
        )
        return Follower(visit, reached, challenge, due)

    def note(self, visit: Visit, progress: FollowProgress) -> Visit:
        """Store how far it has come."""
        return self.visits.update(visit, lambda current: current.with_(dispute_followed=progress))


class FollowView(MethodView, ABC):
    """A page that is shown at its turn only; one can always start anew."""

    page: FollowPage

    def __init__(self, following: Following) -> None:
        self._following = following
        self._pages = following.pages

    def get(self) -> Response:
        """The page, or the one that is due."""
        here = self._following.current()
        return self.show(here) if self._may_show(here) else self._to_due(here)

    def post(self) -> Response:
        """What the page is for, or the page that is due."""
        here = self._following.current()
        return self.act(here) if self._may_show(here) else self._to_due(here)

    @abstractmethod
    def show(self, here: Follower) -> Response:
        """The page."""

    @abstractmethod
    def act(self, here: Follower) -> Response:
        """What was posted."""

    def _may_show(self, here: Follower) -> bool:
        return self.page in {here.due, FollowPage.START}

    def _to_due(self, here: Follower) -> Response:
        return self._following.path.to(here.visit, here.due)


class FollowStart(FollowView):
    """`/dispute/follow`: case number and phone; the answer is the same for everybody."""

    page = FollowPage.START

    def __init__(self, following: Following, *, database: Database, index: BlindIndex) -> None:
        super().__init__(following)
        self._database = database
        self._index = index

    def show(self, here: Follower) -> Response:
        """The form; the number of a case that was sent a moment ago stands in it."""
        form = self._pages.form(FollowForm, number=here.visit.interaction.dispute_filed)
        return self._render(here.visit, form)

    def act(self, here: Follower) -> Response:
        """A challenge in every case; for nobody a blank one, which nothing can meet."""
        form = self._pages.form(FollowForm)
        if not form.validate():
            return self._render(here.visit, form)
        phone = phone_number_index(self._index, form.phone_number.number)
        with self._database.reading() as reading:
            number = store.case_of_both(reading, form.case, phone)
        try:
            challenge = self._following.otp.begin(
                OtpPurpose.DISPUTE_FOLLOWED,
                person=number,
                number=form.phone_number.number,
                interaction_id=here.visit.interaction.id,
                client_id=here.visit.client_id,
                network=client_network(),
            )
        except (BudgetSpent, Paused) as limit:
            return self._following.otp_page.limited(limit, here.visit.page)
        visit = self._following.note(here.visit, FollowProgress(number, challenge.id))
        return self._following.path.to(visit, FollowPage.OTP)

    def _render(self, visit: Visit, form: FollowForm) -> Response:
        return self._pages.render("disputes/follow.html", form=form, **visit.page)


class FollowOtp(FollowView):
    """`/dispute/follow/otp`: the code."""

    page = FollowPage.OTP

    def show(self, here: Follower) -> Response:
        """The question; it does not tell whether any text went out."""
        return self._following.otp_page.show(self._question(here))

    def act(self, here: Follower) -> Response:
        """The typed code, or the wish for another."""
        answer = self._following.otp_page.post(self._question(here))
        if answer != ACCEPTED:
            return answer
        proved = replace(here.progress, challenge_id=None, proved_at=self._following.clock.now())
        return self._following.path.to(self._following.note(here.visit, proved), FollowPage.CASE)

    def _question(self, here: Follower) -> OtpQuestion:
        return OtpQuestion(
            purpose=OtpPurpose.DISPUTE_FOLLOWED,
            person=here.progress.number,
            interaction_id=here.visit.interaction.id,
            challenge=here.challenge,
            page=here.visit.page,
            begin=lambda: self._begin_again(here),
        )

    def _begin_again(self, here: Follower) -> Challenge:
        if here.challenge is None:
            raise LookupError("the code is due, and no challenge lives")
        challenge = self._following.otp.begin_again(here.challenge, network=client_network())
        self._following.note(here.visit, replace(here.progress, challenge_id=challenge.id))
        return challenge


class FollowCase(FollowView):
    """`/dispute/follow/case`: the steps of the case, and what the claimant can do now."""

    page = FollowPage.CASE

    def __init__(self, following: Following, *, answer: AnswerDispute, database: Database) -> None:
        super().__init__(following)
        self._answer = answer
        self._database = database

    def show(self, here: Follower) -> Response:
        """The case; people print it."""
        return self._render(here, self._pages.form(WordsForm))

    def act(self, here: Follower) -> Response:
        """Add the claimant's words."""
        form = self._pages.form(WordsForm)
        if not form.validate():
            return self._render(here, form)
        with suppress(CaseClosed):  # decided meanwhile: the page says how
            try:
                self._answer.claimant(here.number, form.words.data or "")
            except SaidEnough:
                form.fail_said_enough()
                return self._render(here, form)
        return self._following.path.to(here.visit, FollowPage.CASE)

    def _render(self, here: Follower, form: WordsForm) -> Response:
        dispute, steps, waiting = self._case(here.number)
        return self._pages.render(
            "disputes/case.html",
            form=form,
            leave_form=self._pages.blank_form(LeaveForm),
            steps=shown_steps(steps, Side.CLAIMANT),
            is_asked=is_asked(dispute, steps, Side.CLAIMANT),
            number_waits_until=_waits_until(waiting),
            has_account=waiting is not None and waiting.taken_at is not None,
            **shown_case(dispute),
            **here.visit.page,
        )

    def _case(
        self, number: CaseNumber
    ) -> tuple[Dispute, Sequence[DisputeStep], IdentityNumberReservation | None]:
        with self._database.reading() as reading:
            dispute = store.dispute(reading, number)
            if dispute is None:
                raise LookupError("a case that was found is gone")
            return dispute, store.steps_of(reading, number), reservation(reading, number)


class FollowAccount(MethodView):
    """`/dispute/follow/account`: after a transfer, the way to a password and an own account."""

    def __init__(
        self,
        following: Following,
        *,
        enrolments: Enrolments,
        database: Database,
    ) -> None:
        self._following = following
        self._pages = following.pages
        self._enrolments = enrolments
        self._database = database

    def get(self) -> Response:
        """What a person reads before enrolling, and the button."""
        here = self._following.current()
        if self._claimable(here) is None:
            return self._following.path.to(here.visit, here.due)
        return self._pages.render(
            "disputes/account.html",
            form=self._pages.form(EnrolForm),
            notice=self._enrolments.notice(str(get_locale())),
            **here.visit.page,
        )

    def post(self) -> Response:
        """On to the enrolment, which asks the carrier once more."""
        here = self._following.current()
        self._pages.form(EnrolForm)
        dispute = self._claimable(here)
        proved_at = None if here.reached is None else here.reached.proved_at
        if dispute is None or proved_at is None:
            return self._following.path.to(here.visit, here.due)
        try:
            pending_id = self._enrolments.begin(
                here.visit.interaction,
                dispute.identity,
                dispute.phone_number,
                proved_at=proved_at,
                network=client_network(),
                locale=str(get_locale()),
            )
        except BudgetSpent as spent:
            return self._following.path.too_often(here.visit, spent)
        visit = self._following.visits.update(
            here.visit,
            lambda current: current.with_(
                intent=Intent.ENROL, account_chosen=True, enrolment_id=pending_id, enrolled=None
            ),
        )
        return see_other(f"/enrol/waiting?i={visit.interaction.id}")

    def _claimable(self, here: Follower) -> Dispute | None:
        """The case whose identity number waits for who has proved the phone here."""
        if here.due is not FollowPage.CASE:
            return None
        with self._database.reading() as reading:
            waiting = reservation(reading, here.number)
            if waiting is None or waiting.taken_at is not None:
                return None
            return store.dispute(reading, here.number)


def _waits_until(waiting: IdentityNumberReservation | None) -> str | None:
    if waiting is None or waiting.taken_at is not None:
        return None
    return shown_day(waiting.until)
