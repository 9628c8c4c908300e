"""The pages of a run: its cases in order, one under way, the report. Its link opens them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from flask import Response, abort, jsonify

from idp.core.clock import Clock
from idp.core.handles import digest
from idp.db.database import Database
from idp.integration_tests import store
from idp.integration_tests.begin_case import BeginCase
from idp.integration_tests.begin_run import PATH
from idp.integration_tests.cases import CASES, Case, Must
from idp.integration_tests.cookie import RehearsalCookie
from idp.integration_tests.forms import BeginForm, ResultForm, TellLogoutForm
from idp.integration_tests.model import CaseName, IntegrationTestAttempt, Run, Screen
from idp.integration_tests.record_result import RecordResult
from idp.integration_tests.rehearse import ANSWER
from idp.integration_tests.reports import Report, Reports
from idp.integration_tests.rules import WAITS_FOR, can_be_tested, may_not_apply
from idp.integration_tests.shown_report import shown
from idp.integration_tests.tell_logout import TellLogout
from idp.interactions.answers import Answers
from idp.relying_parties.model import RelyingParty
from idp.relying_parties.ports import CurrentRelyingParties
from idp.web.at_hand import request
from idp.web.pages import Pages
from idp.web.see_other import see_other
from idp.web.views import MethodView

CASE: Final = f"{PATH}/case"
SEND_AGAIN: Final = f"{PATH}/send-again"
REPORT: Final = f"{PATH}/report"
DOCUMENT: Final = f"{PATH}/report.json"


@dataclass(frozen=True, slots=True)
class Opened:
    """A run that is there, and the relying party it is for."""

    run: Run
    relying_party: RelyingParty
    handle: str

    def address(self, path: str, **query: str) -> str:
        """A page of this run."""
        return f"{path}?{urlencode({'k': self.handle, **query})}"

    @property
    def start(self) -> str:
        """Where a sign-in begins at the portal: the page that other services lead to, if it has."""
        relying_party = self.relying_party
        if relying_party.initiate_login_uri is not None:
            return relying_party.initiate_login_uri
        return relying_party.client_uri or _root_of(min(relying_party.redirect_uris))


class RunPages:
    """What the pages share."""

    def __init__(
        self,
        *,
        pages: Pages,
        cookie: RehearsalCookie,
        begin: BeginCase,
        tell_logout: TellLogout,
        record: RecordResult,
        reports: Reports,
        relying_parties: CurrentRelyingParties,
        database: Database,
        clock: Clock,
    ) -> None:
        self.pages = pages
        self.cookie = cookie
        self.begin = begin
        self.tell_logout = tell_logout
        self.record = record
        self.reports = reports
        self.database = database
        self._relying_parties = relying_parties
        self._clock = clock

    def opened(self) -> Opened | None:
        """The run whose link this request has, while its portal can be tested."""
        handle = request.args.get("k", "")
        with self.database.reading() as reading:
            run = store.live_run(reading, digest(handle), self._clock.now())
        if run is None:
            return None
        self._relying_parties.catch_up_now()
        relying_party = self._relying_parties.find(run.client_id)
        if relying_party is None or not can_be_tested(relying_party):
            return None
        return Opened(run, relying_party, handle)

    def gone(self) -> Response:
        """There is no such run, or its day is over: which one is nobody's business."""
        return self.pages.render("integration_tests/gone.html", status=410)

    def note_sent_again(self, attempt: IntegrationTestAttempt) -> None:
        """Note that the browser takes the old answer to the portal once more."""
        with self.database.transaction() as transaction:
            store.note_sent_again(transaction, attempt.id, self._clock.now())


class _RunPage(MethodView):
    def __init__(self, common: RunPages) -> None:
        self._common = common
        self._pages = common.pages

    def _render(self, template: str, opened: Opened, **values: Any) -> Response:  # noqa: ANN401
        return self._pages.render(
            f"integration_tests/{template}",
            run=opened.run,
            relying_party=opened.relying_party,
            addresses={
                "list": opened.address(PATH),
                "case": CASE,
                "report": opened.address(REPORT),
                "document": opened.address(DOCUMENT),
            },
            key=opened.handle,
            **values,
        )


class RunCases(_RunPage):
    """`/integration-test`: the cases in order, each with what it came to."""

    def get(self) -> Response:
        opened = self._common.opened()
        if opened is None:
            return self._common.gone()
        return self._render("run.html", opened, report=shown(self._common.reports.of(opened.run)))


class RunCase(_RunPage):
    """`/integration-test/case`: what is wrong, the way to the portal, what we saw, the question."""

    def get(self) -> Response:
        opened = self._common.opened()
        if opened is None:
            return self._common.gone()
        case = _case()
        attempt = self._attempt(opened, case)
        return self._show(opened, case, attempt, self._result_form(opened, case, attempt))

    def post(self) -> Response:
        """Begin the case, tell the portal of the sign-out, or record the result."""
        opened = self._common.opened()
        if opened is None:
            return self._common.gone()
        case = _case()
        match request.form.get("action"):
            case "begin":
                self._pages.form(BeginForm)
                self._begin(opened, case)
            case "tell_logout" if case.must is Must.SIGN_OUT:
                self._pages.form(TellLogoutForm)
                self._common.tell_logout(opened.run)
            case _:
                return self._record(opened, case)
        return _to(opened.address(CASE, case=case.name))

    def _begin(self, opened: Opened, case: Case) -> None:
        cookie = self._common.cookie
        browser = self._common.begin(opened.run, case.name, browser=cookie.handle())
        cookie.set(browser, WAITS_FOR)

    def _record(self, opened: Opened, case: Case) -> Response:
        attempt = self._attempt(opened, case)
        form = self._result_form(opened, case, attempt)
        if not form.validate():
            return self._show(opened, case, attempt, form)
        screen = form.seen if case.asks_screen else Screen.TURNED_AWAY
        verdict = self._common.record(opened.run, case.name, screen)
        if verdict.outcome is None and verdict.reason is not None:
            form.fail_unclear(verdict.reason)
            return self._show(opened, case, attempt, form)
        return _to(opened.address(PATH))

    def _attempt(self, opened: Opened, case: Case) -> IntegrationTestAttempt | None:
        with self._common.database.reading() as reading:
            return store.attempt_at(reading, opened.run.id, case.name)

    def _result_form(
        self, opened: Opened, case: Case, attempt: IntegrationTestAttempt | None
    ) -> ResultForm:
        form = self._pages.form(ResultForm)
        if not case.asks_screen:
            form.ask_nothing()
        elif may_not_apply(case, opened.relying_party, store.observed_of(attempt)):
            form.offer_no_screen()
        return form

    def _show(
        self,
        opened: Opened,
        case: Case,
        attempt: IntegrationTestAttempt | None,
        form: ResultForm,
    ) -> Response:
        observed = store.observed_of(attempt)
        return self._render(
            "case.html",
            opened,
            case=case,
            number=list(CASES).index(case.name) + 1,
            of=len(CASES),
            begun=attempt is not None,
            start=opened.start,
            initiates=opened.relying_party.initiate_login_uri is not None,
            send_again=opened.address(SEND_AGAIN) if _can_send_again(attempt) else None,
            can_tell=case.must is Must.SIGN_OUT and observed.redeemed_at is not None,
            observed=observed,
            form=form,
            begin_form=self._pages.blank_form(BeginForm),
            tell_form=self._pages.blank_form(TellLogoutForm),
        )


class SendAgain(_RunPage):
    """`/integration-test/send-again`: the browser goes to the portal with its old answer."""

    def get(self) -> Response:
        """The way there; the code in it was spent by the portal a while ago."""
        opened = self._common.opened()
        if opened is None:
            return self._common.gone()
        with self._common.database.reading() as reading:
            attempt = store.attempt_at(reading, opened.run.id, CaseName.REPLAYED_CODE)
        if attempt is None or attempt.answer is None or attempt.redeemed_at is None:
            return _to(opened.address(CASE, case=CaseName.REPLAYED_CODE))
        self._common.note_sent_again(attempt)
        answer = ANSWER.validate_json(attempt.answer)
        return Answers(self._pages).at_once(answer, relying_party=opened.relying_party)


class RunReport(_RunPage):
    """`/integration-test/report`: what to show others, dated."""

    def get(self) -> Response:
        opened = self._common.opened()
        if opened is None:
            return self._common.gone()
        return self._render(
            "report.html", opened, report=shown(self._common.reports.of(opened.run))
        )


class RunDocument(_RunPage):
    """`/integration-test/report.json`: the same, for software."""

    def get(self) -> Response:
        opened = self._common.opened()
        if opened is None:
            return self._common.gone()
        return report_document(self._common.reports.of(opened.run))


def report_document(report: Report) -> Response:
    """The report as JSON."""
    return jsonify(report.as_document())


def _can_send_again(attempt: IntegrationTestAttempt | None) -> bool:
    return attempt is not None and attempt.answer is not None and attempt.redeemed_at is not None


def _case() -> Case:
    """The case that the address names; 404 where there is none of that name."""
    named: Mapping[str, Case] = {str(name): case for name, case in CASES.items()}
    case = named.get(request.args.get("case", ""))
    if case is None:
        abort(404)
    return case


def _to(address: str) -> Response:
    return see_other(address)


def _root_of(uri: str) -> str:
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}/"
