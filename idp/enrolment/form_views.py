"""The pages before the code: who enrols and how, the details, and what was kept of them."""

from typing import Any

from flask import Response
from flask_babel import get_locale

from idp.core.clock import Clock
from idp.core.handles import digest
from idp.core.vietnam import day_of
from idp.db.database import Database
from idp.enrolment import store
from idp.enrolment.forms import BUSINESS, KeptForm, MethodForm, MobileForm
from idp.enrolment.model import PendingEnrolment
from idp.enrolment.notice import Notice
from idp.enrolment.path import EnrolmentPage, EnrolmentPath, Position
from idp.enrolment.rules import Page, answers_shown, phone_proved
from idp.enrolment.submit_form import Circumstances, SubmitForm
from idp.interactions.model import Intent
from idp.interactions.visits import Visit, Visits
from idp.throttling.ports import BudgetSpent
from idp.web.at_hand import request
from idp.web.network import client_network
from idp.web.pages import Pages
from idp.web.see_other import see_other
from idp.web.views import MethodView


class Method(EnrolmentPage):
    """`/enrol/method`: who enrols, and by what."""

    page = Page.METHOD

    def show(self, here: Position) -> Response:
        """Nothing is chosen beforehand."""
        return self._render(here.visit, self._pages.form(MethodForm))

    def act(self, here: Position) -> Response:
        """On to the form; businesses and agencies get a page that says they cannot yet."""
        form = self._pages.form(MethodForm)
        if not form.validate():
            return self._render(here.visit, form)
        if not form.is_open:
            subject = form.subject.data
            path = f"/enrol/not-open?subject={subject}&i={here.visit.interaction.id}"
            return see_other(path)
        visit = self._visits.update(
            here.visit, lambda current: current.with_(intent=Intent.ENROL, account_chosen=True)
        )
        return self._path.to(visit, Page.MOBILE)

    def _render(self, visit: Visit, form: MethodForm) -> Response:
        return self._pages.render("enrolment/method.html", form=form, **visit.page)


class NotOpen(MethodView):
    """`/enrol/not-open`: what a business or an agency is told."""

    def __init__(self, pages: Pages, visits: Visits) -> None:
        self._pages = pages
        self._visits = visits

    def get(self) -> Response:
        visit = self._visits.current()
        subject = request.args.get("subject", BUSINESS)
        return self._pages.render("enrolment/not_open.html", subject=subject, **visit.page)


class Mobile(EnrolmentPage):
    """`/enrol/mobile`: the details, or what was kept of an earlier attempt in this browser."""

    page = Page.MOBILE

    def __init__(
        self,
        pages: Pages,
        visits: Visits,
        path: EnrolmentPath,
        *,
        submit: SubmitForm,
        notice: Notice,
        minimum_age: int,
        database: Database,
        clock: Clock,
    ) -> None:
        super().__init__(pages, visits, path)
        self._submit = submit
        self._notice = notice
        self._minimum_age = minimum_age
        self._database = database
        self._clock = clock

    def show(self, here: Position) -> Response:
        """The form, with the answers of this interaction; or the offer to go on."""
        kept = self._kept(here)
        if kept is not None:
            return self._offer(here.visit, self._pages.form(KeptForm), kept)
        form = self._pages.form(MobileForm, **self._limits, **self._answers(here))
        return self._render(here.visit, form)

    def act(self, here: Position) -> Response:
        """What was typed, or what is to be done with what was kept."""
        kept = self._kept(here)
        if kept is not None and "decision" in request.form:
            return self._decide(here.visit, kept)
        form = self._pages.form(MobileForm, **self._limits)
        if not form.validate():
            return self._render(here.visit, form)
        try:
            pending = self._submit(form.details(), self._circumstances(here))
        except BudgetSpent as spent:
            return self._path.too_often(here.visit, spent)
        visit = self._take_up(here.visit, pending)
        if phone_proved(pending.phone_confirmed_at, self._clock.now(), self._path.proves_for):
            return self._path.ask_carrier(visit, pending)
        return self._path.send_code(visit, pending)

    @property
    def _limits(self) -> dict[str, Any]:
        return {"today": day_of(self._clock.now()), "minimum_age": self._minimum_age}

    def _kept(self, here: Position) -> PendingEnrolment | None:
        """What this browser left unfinished, while this interaction has nothing of its own."""
        if here.typed is not None:
            return None
        with self._database.reading() as reading:
            return store.kept_in(reading, here.visit.browser, self._clock.now())

    def _decide(self, visit: Visit, kept: PendingEnrolment) -> Response:
        form = self._pages.form(KeptForm)
        if not form.validate():
            return self._offer(visit, form, kept)
        if form.is_anew:
            with self._database.transaction() as transaction:
                store.forget_all_in(transaction, visit.browser)
            return self._path.to(visit, Page.MOBILE)
        here = visit
        if visit.interaction.request is None:
            here = self._visits.waiting(kept.interaction_id) or visit
        # A code again, whoever's was right before: at a shared computer the next person goes on.
        with self._database.transaction() as transaction:
            store.begin_again(transaction, kept.id, here.interaction.id)
        return self._path.send_code(self._take_up(here, kept), kept)

    def _take_up(self, visit: Visit, pending: PendingEnrolment) -> Visit:
        return self._visits.update(
            visit,
            lambda current: current.with_(
                intent=Intent.ENROL, account_chosen=True, enrolment_id=pending.id
            ),
        )

    def _circumstances(self, here: Position) -> Circumstances:
        return Circumstances(
            interaction_id=here.visit.interaction.id,
            browser=here.visit.browser,
            network=client_network(),
            client_id=here.visit.client_id,
            notice_version=self._notice.version,
            notice_text=self._notice.text(str(get_locale())),
            current=None if here.typed is None else here.typed.id,
        )

    def _answers(self, here: Position) -> dict[str, str | None]:
        """What was typed before, where the one before the screen is sure to have typed it."""
        pending = here.typed
        if pending is None or not answers_shown(
            pending,
            typed_here=pending.typed_in == digest(here.visit.interaction.id),
            now=self._clock.now(),
            proves_for=self._path.proves_for,
        ):
            return {}
        details = pending.details
        born = details.identity.birth_date
        return {
            "identity_number": details.identity.identity_number.value,
            "full_name": details.identity.full_name.value,
            "birth_day": str(born.day or ""),
            "birth_month": str(born.month or ""),
            "birth_year": str(born.year),
            "phone_number": details.phone_number.national,
            "email": details.email,
        }

    def _offer(self, visit: Visit, form: KeptForm, kept: PendingEnrolment) -> Response:
        last_three = kept.details.phone_number.last_three
        return self._pages.render(
            "enrolment/kept.html", form=form, last_three=last_three, **visit.page
        )

    def _render(self, visit: Visit, form: MobileForm) -> Response:
        return self._pages.render(
            "enrolment/mobile.html",
            form=form,
            notice=self._notice.paragraphs(str(get_locale())),
            notice_version=self._notice.version,
            **visit.page,
        )
