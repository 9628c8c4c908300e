"""`/log`: the audit log, searched as at the console."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, StringConstraints

from idp.api.operation import Answer, Call, Given, Line, Nothing, Operation, Page, Resource
from idp.api.paging import moment_cursor, read_moment_cursor, read_number
from idp.api.problems import invalid
from idp.audit.rules import StoredEvent
from idp.audit.search import LogQuery
from idp.core.clock import Clock
from idp.operators.permissions import Permission
from idp.operators.take_events import LONGEST_DAYS, TakeEvents

LONGEST: Final = timedelta(days=LONGEST_DAYS)
_FIRST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(3000, 1, 1, tzinfo=UTC)
_Word = Annotated[Line, StringConstraints(max_length=128)]


def _moment(value: datetime) -> datetime:
    if value.utcoffset() is None:
        raise ValueError("a moment needs its time zone")
    if not _FIRST <= value < _LAST:
        raise ValueError("the log holds nothing of that time")
    return value


Moment = Annotated[
    datetime,
    AfterValidator(_moment),
    Field(
        json_schema_extra={
            "pattern": r"^2[01][0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"
            r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$",
            "examples": ["2026-11-22T00:00:00Z"],
        }
    ),
]


class LogSearch(Page):
    """What is looked for; the last 24 hours where nothing is said."""

    since: Moment | None = Field(default=None, description="From then on.")
    until: Moment | None = Field(default=None, description="Before then; 31 days at most.")
    kind: _Word = Field(default="", description="The kind of event, like `secret_added`.")
    by: _Word = Field(default="", description="The operator, or `api:` and the program.")
    about: _Word = Field(
        default="",
        description="A citizen, a relying party, an operator, a team, a key, a case or a program.",
    )


class Event(Given):
    """A security event."""

    id: int
    at: datetime
    kind: str
    citizen_id: str | None
    client_id: str | None
    details: dict[str, Any]


class Events(Given):
    """Some of them, the newest first."""

    items: list[Event]
    next: str | None


class LogResource:
    """The operation on the log."""

    def __init__(self, *, take: TakeEvents, clock: Clock) -> None:
        self._take = take
        self._clock = clock

    def resource(self) -> Resource:
        """As the API offers it."""
        return Resource(
            "log",
            "The audit log, which nobody changes.",
            (
                Operation(
                    method="GET",
                    path="/log",
                    tag="log",
                    summary="Search the audit log",
                    description="That events were taken is an event too.",
                    permission=Permission.READ_LOG,
                    query=LogSearch,
                    body=Nothing,
                    answers={200: Events},
                    run=self.search,
                ),
            ),
        )

    def search(self, call: Call[LogSearch, Nothing]) -> Answer:
        wanted = call.query
        until = wanted.until or self._clock.now()
        since = wanted.since or until - timedelta(days=1)
        if not timedelta() <= until - since <= LONGEST:
            raise invalid("until", "it has to be 0 to 31 days after `since`")
        after = read_moment_cursor(wanted.after)
        query = LogQuery(
            since=since, until=until, kind=wanted.kind, by=wanted.by, about=wanted.about
        )
        before = None if after is None else (after[0], read_number(after[1]))
        taken = self._take(query, by=call.by.name, limit=wanted.limit, before=before)
        return Answer(
            Events(
                items=[
                    Event(
                        id=each.id,
                        at=each.at,
                        kind=each.kind,
                        citizen_id=each.citizen_id,
                        client_id=each.client_id,
                        details=dict(each.details),
                    )
                    for each in taken.events
                ],
                next=_cursor(taken.events[-1]) if taken.more else None,
            )
        )


def _cursor(event: StoredEvent) -> str:
    return moment_cursor(event.at, str(event.id))
