"""`/operators` and `/teams`: who works here, and for which portals."""

from datetime import datetime
from typing import Literal

from idp.api.operation import Answer, Call, Given, Nothing, Operation, Page, Resource
from idp.api.paging import page
from idp.db.database import Database
from idp.operators import store
from idp.operators.permissions import Permission, teams_seen_by

RoleName = Literal["administrator", "operator", "counter_officer", "province_team", "read_only"]


class OperatorSummary(Given):
    """An operator."""

    name: str
    display_name: str
    role: RoleName
    created_at: datetime
    disabled_at: datetime | None


class Operators(Given):
    """Some of them, by name."""

    items: list[OperatorSummary]
    next: str | None


class TeamSummary(Given):
    """A team."""

    id: str
    name: str
    members: int


class Teams(Given):
    """Some of them, by name."""

    items: list[TeamSummary]
    next: str | None


class OperatorsResource:
    """The operations on operators and teams; both are changed at the console."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    def resource(self) -> Resource:
        """As the API offers it."""
        return Resource(
            "operators",
            "Operators and teams: looked at here, changed at the console.",
            (
                Operation(
                    method="GET",
                    path="/operators",
                    tag="operators",
                    summary="Who runs the service",
                    permission=Permission.SEE_OPERATORS,
                    query=Page,
                    body=Nothing,
                    answers={200: Operators},
                    run=self.operators,
                ),
                Operation(
                    method="GET",
                    path="/teams",
                    tag="operators",
                    summary="The teams of portals",
                    description="A program of a team sees its own.",
                    permission=Permission.SEE_RELYING_PARTIES,
                    query=Page,
                    body=Nothing,
                    answers={200: Teams},
                    run=self.teams,
                ),
            ),
        )

    def operators(self, call: Call[Page, Nothing]) -> Answer:
        """A page of operators."""
        limit = call.query.limit
        with self._database.reading() as reading:
            found = store.all_of(reading, after=call.query.after, limit=limit + 1)
        rows, following = page(found, limit, lambda each: each.name)
        return Answer(
            Operators(
                items=[
                    OperatorSummary(
                        name=each.name,
                        display_name=each.display_name,
                        role=each.role.value,
                        created_at=each.created_at,
                        disabled_at=each.disabled_at,
                    )
                    for each in rows
                ],
                next=following,
            )
        )

    def teams(self, call: Call[Page, Nothing]) -> Answer:
        """A page of teams."""
        limit, only = call.query.limit, teams_seen_by(call.by)
        with self._database.reading() as reading:
            found = store.teams(reading, only=only, after=call.query.after, limit=limit + 1)
        rows, following = page(found, limit, lambda each: each.name)
        return Answer(
            Teams(
                items=[
                    TeamSummary(id=each.id, name=each.name, members=each.members) for each in rows
                ],
                next=following,
            )
        )
