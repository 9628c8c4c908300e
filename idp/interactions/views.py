"""
The pages between the steps: taking an interaction up, the way back to the portal, a session that
is there already, and what a person sees when the address is of no use any more.
"""

from functools import partial
from urllib.parse import urlencode

from flask import Blueprint, Response

from idp.citizens import store as citizens
from idp.core.clock import Clock
from idp.db.database import Database
from idp.interactions.answers import Answers
from idp.interactions.flow import AlreadyAnswered, Flow
from idp.interactions.forms import NotAdmittedForm, NotYouForm
from idp.interactions.model import Intent
from idp.interactions.ports import (
    AuthorizationResponse,
    InteractionGone,
    Rehearsed,
    TooManyInteractions,
)
from idp.interactions.progress import ReactivationProgress
from idp.interactions.rules import Step
from idp.interactions.sign_in import AccountInactive, SignInBarred
from idp.interactions.visits import (
    BegunHere,
    InteractionExpired,
    OtherBrowser,
    RelyingPartyDisabled,
    Visit,
    Visits,
)
from idp.throttling.note_exceeded import note_exceeded
from idp.web.address import page_query
from idp.web.at_hand import request
from idp.web.pages import Pages
from idp.web.reference import request_reference
from idp.web.request_log import note
from idp.web.see_other import see_other
from idp.web.views import MethodView


class Resume(MethodView):
    """`/resume`: where a request that was posted from another site gets hold of our cookies."""

    def __init__(self, pages: Pages, visits: Visits, rehearsed: Rehearsed) -> None:
        self._pages = pages
        self._answers = Answers(pages)
        self._visits = visits
        self._rehearsed = rehearsed

    def get(self) -> Response:
        """The answer, where nothing is left to do; else the next step."""
        visit = self._visits.current()
        request = visit.interaction.request
        rehearsed = None if request is None else self._rehearsed(request)
        if rehearsed is not None:
            return self._answers.at_once(rehearsed, **visit.page)
        try:
            answer = self._visits.answer(visit.interaction, visit.session)
        except AlreadyAnswered:
            return _already_done(self._pages, visit)
        if answer is None:
            return self._visits.proceed(visit)
        _note(visit, answer)
        return self._answers.at_once(answer, **visit.page)


class Continue(MethodView):
    """`/continue`: the way back to the portal after a POST of ours. The code is made here, once."""

    def __init__(self, pages: Pages, visits: Visits) -> None:
        self._pages = pages
        self._answers = Answers(pages)
        self._visits = visits

    def get(self) -> Response:
        """The answer, on a page that leads on by itself."""
        visit = self._visits.current()
        try:
            answer = self._visits.answer(visit.interaction, visit.session)
        except AlreadyAnswered:
            return _already_done(self._pages, visit)
        if answer is None:
            return self._visits.proceed(visit)
        _note(visit, answer)
        return self._answers.by_page(answer, **visit.page)


class SessionQuestion(MethodView):
    """
    A page that names the person of the session: go on, or somebody else.

    `/not-you`: the portal hinted at another person, or the citizen saw a stranger's name on the
    consent page. `/signed-in-as`: enrolment was asked for, and somebody is signed in.
    `/select-account`: the portal wants the citizen to choose.
    """

    def __init__(
        self,
        pages: Pages,
        visits: Visits,
        flow: Flow,
        database: Database,
        *,
        steps: frozenset[Step],
        template: str,
    ) -> None:
        """*steps*: while one of them is next, the question may be asked."""
        self._pages = pages
        self._visits = visits
        self._flow = flow
        self._database = database
        self._steps = steps
        self._template = template

    def get(self) -> Response:
        """The question, while it is one."""
        visit = self._visits.current()
        if not self._is_asked(visit):
            return self._visits.proceed(visit)
        return self._show(visit, self._pages.form(NotYouForm))

    def post(self) -> Response:
        visit = self._visits.current()
        form = self._pages.form(NotYouForm)
        if not self._is_asked(visit):
            return self._visits.proceed(visit)
        if not form.validate():
            return self._show(visit, form)
        if form.is_other_person:
            return self._visits.proceed(self._visits.sign_out(visit))
        return self._visits.proceed(
            self._visits.update(visit, lambda current: current.with_(session_confirmed=True))
        )

    def _is_asked(self, visit: Visit) -> bool:
        step = self._visits.step(visit)
        return isinstance(step, Step) and step in self._steps

    def _show(self, visit: Visit, form: NotYouForm) -> Response:
        if visit.session is None:  # the step is one of these only with a session
            return self._visits.proceed(visit)
        with self._database.reading() as reading:
            citizen = citizens.citizen(reading, visit.session.authentication.citizen_id)
        return self._pages.render(
            self._template,
            form=form,
            full_name=citizen.full_name.value,
            only_other=self._flow.expects_another(visit.interaction, visit.session),
            **visit.page,
        )


class NotAdmitted(MethodView):
    """
    `/not-admitted`: one of both, the portal or the account, is for tests, and the other is not.

    Also where an account would be made on the way to a portal that is being tried.
    """

    def __init__(self, pages: Pages, visits: Visits) -> None:
        self._pages = pages
        self._visits = visits

    def get(self) -> Response:
        """The page, while it is so."""
        visit = self._visits.current()
        if self._visits.step(visit) is not Step.NOT_ADMITTED:
            return self._visits.proceed(visit)
        return self._show(visit, self._pages.form(NotAdmittedForm))

    def post(self) -> Response:
        """Back to the portal with an error that it knows, or to the sign-in."""
        visit = self._visits.current()
        form = self._pages.form(NotAdmittedForm)
        if self._visits.step(visit) is not Step.NOT_ADMITTED:
            return self._visits.proceed(visit)
        if not form.validate():
            return self._show(visit, form)
        if not form.is_other_person:
            return self._visits.proceed(
                self._visits.update(visit, lambda current: current.with_(refusal="access_denied"))
            )
        alone = visit if visit.session is None else self._visits.sign_out(visit)
        return self._visits.proceed(
            self._visits.update(
                alone,
                lambda current: current.with_(intent=Intent.SIGN_IN, account_chosen=True),
            )
        )

    def _show(self, visit: Visit, form: NotAdmittedForm) -> Response:
        return self._pages.render(
            "interactions/not_admitted.html",
            form=form,
            is_signed_in=self._visits.is_signed_in(visit),
            is_trial=not self._visits.enrols(visit),
            **visit.page,
        )


def interaction_routes(
    *,
    pages: Pages,
    visits: Visits,
    flow: Flow,
    rehearsed: Rehearsed,
    database: Database,
    clock: Clock,
) -> Blueprint:
    """Build the routes, and the pages that every step's view falls back on."""
    routes = Blueprint("interactions", __name__)
    routes.add_url_rule("/resume", view_func=Resume.as_view("resume", pages, visits, rehearsed))
    routes.add_url_rule("/continue", view_func=Continue.as_view("continue", pages, visits))
    routes.add_url_rule(
        "/not-admitted", view_func=NotAdmitted.as_view("not_admitted", pages, visits)
    )
    for step, path, template, steps in (
        (Step.NOT_YOU, "/not-you", "login/not_you.html", {Step.NOT_YOU, Step.CONSENT}),
        (
            Step.SIGNED_IN_AS,
            "/signed-in-as",
            "interactions/signed_in_as.html",
            {Step.SIGNED_IN_AS},
        ),
        (
            Step.SELECT_ACCOUNT,
            "/select-account",
            "interactions/select_account.html",
            {Step.SELECT_ACCOUNT},
        ),
    ):
        view = SessionQuestion.as_view(
            step.value, pages, visits, flow, database, steps=frozenset(steps), template=template
        )
        routes.add_url_rule(path, view_func=view)

    def begun_here(begun: BegunHere) -> Response:
        query = [(name, value) for name, value in request.args.items(multi=True) if name != "i"]
        named = urlencode([("i", begun.interaction.id), *query])
        return see_other(f"{request.path}?{named}")

    def expired(_: InteractionExpired | InteractionGone) -> Response:
        if request.method == "POST":
            return _looked_at()
        named = visits.named_relying_party(request.args.get("i", ""))
        return pages.render("interactions/expired.html", status=410, relying_party=named)

    def other_browser(error: OtherBrowser) -> Response:
        if request.method == "POST":
            return _looked_at()
        return pages.render(
            "interactions/other_browser.html", status=403, relying_party=error.relying_party
        )

    def barred(error: SignInBarred) -> Response:
        if not isinstance(error, AccountInactive):
            return pages.render("login/held.html")
        progress = ReactivationProgress(
            error.citizen_id, clock.now(), error.amr, password_at=error.password_at
        )
        visit = visits.current()
        visits.update(
            visit, lambda current: current.with_(account_chosen=True, reactivation=progress)
        )
        return see_other(f"/reactivate?i={visit.interaction.id}")

    routes.app_errorhandler(SignInBarred)(barred)

    def too_many(spent: TooManyInteractions) -> Response:
        note_exceeded(spent, database, clock.now())
        # Never back to the portal, which would send the browser here again.
        return pages.too_many(spent.retry_after, template="errors/busy_network.html")

    routes.app_errorhandler(TooManyInteractions)(too_many)
    routes.app_errorhandler(BegunHere)(begun_here)
    routes.app_errorhandler(InteractionExpired)(expired)
    routes.app_errorhandler(InteractionGone)(expired)
    routes.app_errorhandler(OtherBrowser)(other_browser)
    routes.app_errorhandler(RelyingPartyDisabled)(partial(_disabled, pages))
    return routes


def _disabled(pages: Pages, error: RelyingPartyDisabled) -> Response:
    """Without a way to the portal: it may be in other hands."""
    if request.method == "POST":
        return _looked_at()
    return pages.render(
        "errors/portal_disabled.html",
        status=403,
        relying_party=error.relying_party,
        reference=request_reference(),
    )


def _looked_at() -> Response:
    """A GET finds the same to be wrong, and its page can be gone back to."""
    return see_other(f"{request.path}?{page_query()}")


def _already_done(pages: Pages, visit: Visit) -> Response:
    return pages.render("interactions/already_done.html", **visit.page)


def _note(visit: Visit, answer: AuthorizationResponse) -> None:
    note(client_id=visit.client_id, error=dict(answer.parameters).get("error"))
