"""`/failures` and `/statistics`: what went wrong at portals, and how much went well."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from idp.api.operation import Answer, Call, Given, Line, Nothing, Operation, Page, Query, Resource
from idp.api.paging import page, read_number
from idp.api.problems import invalid, not_found
from idp.core.two_languages import EN
from idp.db.database import Database
from idp.failures import store
from idp.failures.rules import typed_reference
from idp.failures.store import FailureQuery, FoundFailure
from idp.failures.words import Manual, explain
from idp.onboarding import store as registrations
from idp.operators.permissions import Permission, may_see, teams_seen_by
from idp.relying_parties.model import ClientId
from idp.statistics.report import Period, Report, Statistics

_Word = Annotated[Line, StringConstraints(max_length=128)]
Few = int | None
"""A count; none where there are so few that a person could be told from it."""


class FailureSearch(Page):
    """What is looked for."""

    reference: _Word = Field(default="", description="What the citizen's page showed.")
    client_id: _Word = ""
    endpoint: _Word = Field(default="", description="Where it was sent: `/token`.")


class Failure(Given):
    """A request of a portal that failed: what was sent against what is registered."""

    number: int
    at: datetime
    reference: str
    endpoint: str
    error: str
    client_id: str | None
    cause: str
    parameter: str
    sent: str
    registered: str
    differs: list[str]
    seconds: int | None = Field(description="How far a clock is off.")
    happened: str
    fix: str
    manual: str = Field(description="Where the manual says more.")


class Failures(Given):
    """Some of them, the newest first."""

    items: list[Failure]
    next: str | None


class StatisticsSearch(Query):
    """Of whom, and for how long."""

    client_id: _Word = Field(default="", description="One portal; a team has to name its own.")
    days: Literal["1", "7", "30", "90"] = "7"


class Step(Given):
    """An hour of today, or a day."""

    starts: datetime
    begun: Few
    signed_in: Few


class Texts(Given):
    """One-time passwords by text message to numbers of one carrier."""

    carrier: str
    sent: Few
    failed: Few
    confirmed: Few


class Counts(Given):
    """What was counted; counts below five are not told, nor others that would tell them."""

    client_id: str
    first: date
    last: date
    begun: Few
    signed_in: Few
    silent: Few
    success: float | None
    median_seconds: float | None
    levels: dict[str, Few]
    refused: dict[str, Few]
    enrolments: dict[str, Few]
    texts: list[Texts]
    steps: list[Step]


class FailureResource:
    """The operations on failed requests and counts."""

    def __init__(self, *, statistics: Statistics, manual: Manual, database: Database) -> None:
        self._statistics = statistics
        self._manual = manual
        self._database = database

    def resource(self) -> Resource:
        """As the API offers it."""
        return Resource(
            "operation",
            "How portals fare: what failed, and how many signed in. Nothing of a citizen.",
            (
                Operation(
                    method="GET",
                    path="/failures",
                    tag="operation",
                    summary="Requests of portals that failed",
                    description="A program of a team sees its portals' own.",
                    permission=Permission.SEE_FAILURES,
                    query=FailureSearch,
                    body=Nothing,
                    answers={200: Failures},
                    run=self.failures,
                ),
                Operation(
                    method="GET",
                    path="/statistics",
                    tag="operation",
                    summary="Sign-ins, texts and enrolments in numbers",
                    permission=Permission.SEE_STATISTICS,
                    query=StatisticsSearch,
                    body=Nothing,
                    answers={200: Counts},
                    run=self.counts,
                    is_of_team=True,
                ),
            ),
        )

    def failures(self, call: Call[FailureSearch, Nothing]) -> Answer:
        wanted = call.query
        query = FailureQuery(
            reference=typed_reference(wanted.reference),
            client_id=wanted.client_id,
            endpoint=wanted.endpoint,
            teams=teams_seen_by(call.by),
            before=None if wanted.after is None else read_number(wanted.after),
        )
        with self._database.reading() as reading:
            found = store.search(reading, query, limit=wanted.limit + 1)
        rows, following = page(found, wanted.limit, lambda each: str(each.number))
        return Answer(
            Failures(items=[_failure(each, self._manual) for each in rows], next=following)
        )

    def counts(self, call: Call[StatisticsSearch, Nothing]) -> Answer:
        """The report."""
        client_id = call.query.client_id
        if not client_id and teams_seen_by(call.by) is not None:
            raise invalid("client_id", "a team's program names a portal", "Name one of its own.")
        if client_id:
            with self._database.reading() as reading:
                found = registrations.found(reading, ClientId(client_id))
            if found is None or not may_see(call.by, found.team):
                raise not_found()
        return Answer(_counts(self._statistics(Period(int(call.query.days)), client_id)))


def _failure(found: FoundFailure, manual: Manual) -> Failure:
    failed = found.failed
    words = explain(failed, EN)
    return Failure(
        number=found.number,
        at=failed.at,
        reference=failed.reference,
        endpoint=failed.endpoint,
        error=failed.error,
        client_id=failed.client_id,
        cause=failed.fault.cause.value,
        parameter=failed.fault.parameter,
        sent=failed.fault.sent,
        registered=failed.fault.registered,
        differs=[part.value for part in failed.fault.differs],
        seconds=failed.fault.seconds,
        happened=words.happened,
        fix=words.fix,
        manual=manual(EN, words.section),
    )


def _counts(report: Report) -> Counts:
    return Counts(
        client_id=report.client_id,
        first=report.first,
        last=report.last,
        begun=report.begun,
        signed_in=report.signed_in,
        silent=report.silent,
        success=report.success,
        median_seconds=report.median,
        levels={str(level): count for level, count in report.levels.items()},
        refused=dict(report.refused),
        enrolments={stage.value: count for stage, count in report.enrolments.items()},
        texts=[
            Texts(
                carrier=each.carrier,
                sent=each.sent,
                failed=each.failed,
                confirmed=each.confirmed,
            )
            for each in report.texts
        ],
        steps=[
            Step(starts=each.starts, begun=each.begun, signed_in=each.signed_in)
            for each in report.steps
        ],
    )
