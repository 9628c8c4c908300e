"""`/disputes`: which cases there are; what is in them is for people."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from idp.api.operation import Answer, Call, Given, Nothing, Operation, Page, Resource
from idp.api.paging import moment_cursor, page, read_moment_cursor
from idp.db.database import Database
from idp.disputes import store
from idp.disputes.model import CaseNumber
from idp.disputes.store import ListedCase
from idp.operators.permissions import Permission


class CaseSearch(Page):
    """Which cases."""

    resolved: Literal["true", "false"] = Field(
        default="false", description="Whether those that are decided are listed, too."
    )


class CaseSummary(Given):
    """How far a case is; names nobody."""

    number: str
    status: str
    outcome: str | None
    filed_at: datetime
    holder_until: datetime
    answered: bool


class Cases(Given):
    """Some of them, the oldest first."""

    items: list[CaseSummary]
    next: str | None


class DisputeResource:
    """The operation on cases."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    def resource(self) -> Resource:
        """As the API offers it."""
        return Resource(
            "disputes",
            "Cases about accounts: numbers and states. They are decided at the console.",
            (
                Operation(
                    method="GET",
                    path="/disputes",
                    tag="disputes",
                    summary="The cases",
                    permission=Permission.SEE_DISPUTES,
                    query=CaseSearch,
                    body=Nothing,
                    answers={200: Cases},
                    run=self.list,
                ),
            ),
        )

    def list(self, call: Call[CaseSearch, Nothing]) -> Answer:
        wanted, after = call.query, read_moment_cursor(call.query.after)
        with self._database.reading() as reading:
            found = store.listed_cases(
                reading,
                resolved=wanted.resolved == "true",
                limit=wanted.limit + 1,
                after=None if after is None else (after[0], CaseNumber(after[1])),
            )
        rows, following = page(found, wanted.limit, _cursor)
        return Answer(
            Cases(
                items=[
                    CaseSummary(
                        number=each.number,
                        status=each.status.value,
                        outcome=None if each.outcome is None else each.outcome.value,
                        filed_at=each.filed_at,
                        holder_until=each.holder_until,
                        answered=each.answered,
                    )
                    for each in rows
                ],
                next=following,
            )
        )


def _cursor(case: ListedCase) -> str:
    return moment_cursor(case.filed_at, case.number)
