"""`/console/relying-parties/<client_id>/integration-test`: the runs, a new one, the reports."""

from dataclasses import dataclass
from typing import Final

from flask import Response, abort

from idp.console.frame import ConsoleFrame
from idp.console.paging import ROWS, PageOf, offset, page_of
from idp.console.relying_parties.addresses import PARTIES
from idp.console.relying_parties.one_party import OnePartyForm, OnePartyPage
from idp.core.clock import Clock
from idp.db.database import Database
from idp.integration_tests import store
from idp.integration_tests.begin_run import BeginRun, NotForTests
from idp.integration_tests.cases import CASES
from idp.integration_tests.model import Outcome, Run, RunId
from idp.integration_tests.reports import Report, Reports
from idp.integration_tests.shown_report import shown
from idp.integration_tests.views import report_document
from idp.operators.permissions import Permission
from idp.relying_parties.model import RelyingPartyRecord
from idp.web.forms import Form
from idp.web.see_other import see_other
from idp.web.shown_time import shown_second

RUNS: Final = f"{PARTIES}/<client_id>/integration-test"


class BeginRunForm(Form):
    """One button."""


@dataclass(frozen=True, slots=True)
class ShownRun:
    """A run in the list; *link* leads on with it, while it lasts."""

    id: RunId
    begun_at: str
    begun_by: str
    failed: int
    missing: int
    link: str | None


class TestRuns(OnePartyPage):
    """`…/integration-test`: what was tried, the newest first."""

    permission = Permission.SEE_RELYING_PARTIES

    def __init__(
        self, frame: ConsoleFrame, database: Database, begin: BeginRun, clock: Clock
    ) -> None:
        super().__init__(frame, database)
        self._begin = begin
        self._clock = clock

    def show(self, **address: str) -> Response:
        party = self.sandbox(address)
        return self.render_about(
            party,
            "console/integration_tests/list.html",
            page=self._runs(party),
            manages=self.manages(party),
            form=self._pages.blank_form(BeginRunForm),
        )

    def _runs(self, party: RelyingPartyRecord) -> PageOf[ShownRun]:
        with self._database.reading() as reading:
            runs = store.runs_of(reading, party.client_id, limit=ROWS + 1, offset=offset())
            counts = store.counts_of(reading, [run.id for run in runs])
        manages = self.manages(party)
        return page_of(
            [
                ShownRun(
                    id=run.id,
                    begun_at=shown_second(run.begun_at),
                    begun_by=run.begun_by,
                    failed=counts[run.id].get(Outcome.FAILED, 0),
                    missing=len(CASES) - sum(counts[run.id].values()),
                    link=self._begin.link(run) if manages and self._lasts(run) else None,
                )
                for run in runs
            ]
        )

    def _lasts(self, run: Run) -> bool:
        return self._clock.now() < run.expires_at


class BeginTestRun(OnePartyForm):
    """`…/integration-test/start`: a new run, in this browser."""

    permission = Permission.MANAGE_OWN_RELYING_PARTIES

    def __init__(self, frame: ConsoleFrame, database: Database, begin: BeginRun) -> None:
        super().__init__(frame, database)
        self._begin = begin

    def show(self, **address: str) -> Response:
        """Nothing to see here."""
        return _to_runs(self.sandbox(address))

    def act(self, **address: str) -> Response:
        """Begin, and go there."""
        party = self.sandbox(address)
        self._pages.form(BeginRunForm)
        try:
            run = self._begin(party.client_id, by=self.operator.name)
        except NotForTests:  # disabled
            return _to_runs(party)
        return see_other(self._begin.link(run))


class _ReportPage(OnePartyPage):
    permission = Permission.SEE_RELYING_PARTIES

    def __init__(self, frame: ConsoleFrame, database: Database, reports: Reports) -> None:
        super().__init__(frame, database)
        self._reports = reports

    def _report(self, address: dict[str, str]) -> tuple[RelyingPartyRecord, Report]:
        party = self.sandbox(address)
        with self._database.reading() as reading:
            run = store.run_of(reading, party.client_id, RunId(address["run"]))
        if run is None:
            abort(404)
        return party, self._reports.of(run)


class TestReport(_ReportPage):
    """`…/integration-test/<run>`: the report, also of a run whose day is over."""

    def show(self, **address: str) -> Response:
        party, report = self._report(address)
        return self.render_about(
            party, "console/integration_tests/report.html", run=report.run, report=shown(report)
        )


class TestDocument(_ReportPage):
    """`…/integration-test/<run>/report.json`: the same, for software."""

    def show(self, **address: str) -> Response:
        _, report = self._report(address)
        return report_document(report)


def _to_runs(party: RelyingPartyRecord) -> Response:
    return see_other(f"{PARTIES}/{party.client_id}/integration-test")
