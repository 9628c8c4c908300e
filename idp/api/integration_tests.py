"""`/relying-parties/{client_id}/integration-tests`: runs begun for a tester, and their reports."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from idp.api.operation import Answer, Call, Given, Nothing, Operation, Page, Query, Resource
from idp.api.paging import moment_cursor, page, read_moment_cursor
from idp.api.problems import Problem, not_found
from idp.core.environment import Environment
from idp.db.database import Database
from idp.integration_tests import store
from idp.integration_tests.begin_run import BeginRun, NotForTests
from idp.integration_tests.model import Run, RunId
from idp.integration_tests.reports import Report, Reports
from idp.onboarding.store import found
from idp.operators.permissions import Permission, may_see
from idp.relying_parties.model import ClientId

TAG = "integration tests"
PATH = "/relying-parties/{client_id}/integration-tests"


class TestRun(Given):
    """A run; its cases are done in a browser, by whoever has its link."""

    run: str
    begun_at: datetime
    begun_by: str
    until: datetime


class TestRuns(Given):
    """Some of them, the newest first."""

    items: list[TestRun]
    next: str | None


class BegunRun(Given):
    """A new run."""

    run: str
    until: datetime
    link: str = Field(description="Opens it; whoever has it can do the cases.")


class TestedCase(Given):
    """A case of a run, and what it came to."""

    case: str
    must: str
    clause: str = Field(description="Where the specification says so.")
    outcome: Literal["passed", "failed", "not_applicable"] | None
    reason: str | None = None
    screen: str | None = Field(default=None, description="What the tester saw.")
    observed: dict[str, Any] | None = Field(default=None, description="What we saw.")
    at: datetime | None = None


class TestReport(Given):
    """What came of a run."""

    client_id: str
    run: str
    begun_at: datetime
    begun_by: str
    last_result_at: datetime | None
    passed: bool
    cases: list[TestedCase]


class IntegrationTestResource:
    """The operations on runs."""

    def __init__(self, *, begin: BeginRun, reports: Reports, database: Database) -> None:
        self._begin = begin
        self._reports = reports
        self._database = database

    def resource(self) -> Resource:
        """As the API offers it."""
        return Resource(
            TAG,
            "Runs in which we misbehave on purpose towards a portal in the sandbox.",
            (
                Operation(
                    method="GET",
                    path=PATH,
                    tag=TAG,
                    summary="The runs for a registration",
                    permission=Permission.SEE_RELYING_PARTIES,
                    query=Page,
                    body=Nothing,
                    answers={200: TestRuns},
                    run=self.list,
                ),
                Operation(
                    method="POST",
                    path=PATH,
                    tag=TAG,
                    summary="Begin a run",
                    description="For an enabled registration in the sandbox.",
                    permission=Permission.MANAGE_OWN_RELYING_PARTIES,
                    query=Query,
                    body=Nothing,
                    answers={201: BegunRun},
                    run=self.begin,
                    conflicts=True,
                ),
                Operation(
                    method="GET",
                    path=f"{PATH}/{{run}}",
                    tag=TAG,
                    summary="What came of a run",
                    permission=Permission.SEE_RELYING_PARTIES,
                    query=Query,
                    body=Nothing,
                    answers={200: TestReport},
                    run=self.report,
                ),
            ),
        )

    def list(self, call: Call[Page, Nothing]) -> Answer:
        client_id, before = self._seen(call), read_moment_cursor(call.query.after)
        limit = call.query.limit
        with self._database.reading() as reading:
            runs = store.runs_of(reading, client_id, limit=limit + 1, before=before)
        rows, following = page(runs, limit, lambda run: moment_cursor(run.begun_at, run.id))
        return Answer(TestRuns(items=[_shown(run) for run in rows], next=following))

    def begin(self, call: Call[Query, Nothing]) -> Answer:
        client_id = self._seen(call)
        try:
            run = self._begin(client_id, by=call.by.name)
        except NotForTests:
            raise Problem("conflict", "It is disabled.") from None
        return Answer(
            BegunRun(run=run.id, until=run.expires_at, link=self._begin.link(run)),
            status=201,
            location=f"{PATH.format(client_id=client_id)}/{run.id}",
        )

    def report(self, call: Call[Query, Nothing]) -> Answer:
        client_id = self._seen(call)
        with self._database.reading() as reading:
            run = store.run_of(reading, client_id, RunId(call.path["run"]))
        if run is None:
            raise not_found()
        return Answer(_report(self._reports.of(run)))

    def _seen(self, call: Call[Any, Nothing]) -> ClientId:
        """The registration of this address: one in the sandbox, that the program may see."""
        with self._database.reading() as reading:
            row = found(reading, ClientId(call.path["client_id"]))
        if row is None or not may_see(call.by, row.team):
            raise not_found()
        if row.environment is not Environment.SANDBOX:
            raise not_found()
        return row.client_id


def _shown(run: Run) -> TestRun:
    return TestRun(run=run.id, begun_at=run.begun_at, begun_by=run.begun_by, until=run.expires_at)


def _report(report: Report) -> TestReport:
    return TestReport.model_validate(report.as_document())
