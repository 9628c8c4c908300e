"""`/announcements`: what portals are told."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from idp.announcements import store
from idp.announcements.announce import (
    NoSuchAnnouncement,
    PublishAnnouncement,
    WithdrawAnnouncement,
)
from idp.announcements.model import Announcement, AnnouncementId, Audience
from idp.announcements.rules import (
    LONGEST_TEXT,
    LONGEST_TITLE,
    MOST_NAMED,
    InvalidDraft,
    parse_draft,
)
from idp.api.operation import (
    Answer,
    Call,
    Given,
    Line,
    Nothing,
    Operation,
    Page,
    Query,
    Resource,
    Sent,
)
from idp.api.paging import moment_cursor, page, read_moment_cursor
from idp.api.problems import FieldProblem, Problem, not_found
from idp.db.database import Database
from idp.operators.permissions import Permission, teams_seen_by
from idp.relying_parties.model import ClientId

Title = Annotated[Line, StringConstraints(min_length=1, max_length=LONGEST_TITLE)]
Text = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=LONGEST_TEXT, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$"
    ),
]
AudienceName = Literal["everybody", "sandbox", "production", "named"]


class Told(Given):
    """An announcement."""

    id: str
    audience: AudienceName
    client_ids: list[str] = Field(description="Whom it names; none for all of a kind.")
    title_vi: str
    title_en: str
    text_vi: str
    text_en: str
    at: datetime
    withdrawn_at: datetime | None


class ToldPage(Given):
    """Some of them, the newest first."""

    items: list[Told]
    next: str | None


class ToTell(Sent):
    """What portals shall be told."""

    audience: AudienceName
    client_ids: list[Annotated[Line, StringConstraints(min_length=1, max_length=128)]] = Field(
        default=[], max_length=MOST_NAMED, description="For the audience `named`."
    )
    title_vi: Title
    title_en: Title
    text_vi: Text
    text_en: Text


class Made(Given):
    """The name of what was made."""

    id: str


class AnnouncementResource:
    """The operations on announcements."""

    def __init__(
        self,
        *,
        publish: PublishAnnouncement,
        withdraw: WithdrawAnnouncement,
        database: Database,
    ) -> None:
        self._publish = publish
        self._withdraw = withdraw
        self._database = database

    def resource(self) -> Resource:
        """As the API offers it."""
        return Resource(
            "announcements",
            "What operators tell portals.",
            (
                Operation(
                    method="GET",
                    path="/announcements",
                    tag="announcements",
                    summary="What was announced",
                    description="A team sees what concerns its portals.",
                    permission=Permission.SEE_ANNOUNCEMENTS,
                    query=Page,
                    body=Nothing,
                    answers={200: ToldPage},
                    run=self.list,
                ),
                Operation(
                    method="POST",
                    path="/announcements",
                    tag="announcements",
                    summary="Announce something",
                    description="Teams read it at once, contacts get it by mail.",
                    permission=Permission.ANNOUNCE,
                    query=Query,
                    body=ToTell,
                    answers={201: Made},
                    run=self.publish,
                    made_once=True,
                ),
                Operation(
                    method="DELETE",
                    path="/announcements/{announcement_id}",
                    tag="announcements",
                    summary="Take an announcement back",
                    description="Mails that were sent stay sent.",
                    permission=Permission.ANNOUNCE,
                    query=Query,
                    body=Nothing,
                    answers={204: None},
                    run=self.withdraw,
                ),
            ),
        )

    def list(self, call: Call[Page, Nothing]) -> Answer:
        after = read_moment_cursor(call.query.after)
        with self._database.reading() as reading:
            found = store.listed(
                reading,
                teams=teams_seen_by(call.by),
                limit=call.query.limit + 1,
                before=None if after is None else (after[0], AnnouncementId(after[1])),
            )
            rows, following = page(found, call.query.limit, _cursor)
            # Whom else it names is nobody's business but the operators'.
            named = (
                store.named_by(reading, [each.id for each in rows])
                if teams_seen_by(call.by) is None
                else {}
            )
        return Answer(
            ToldPage(
                items=[
                    Told(
                        id=each.id,
                        audience=each.audience.value,
                        client_ids=list(named.get(each.id, ())),
                        title_vi=each.title_vi,
                        title_en=each.title_en,
                        text_vi=each.text_vi,
                        text_en=each.text_en,
                        at=each.at,
                        withdrawn_at=each.withdrawn_at,
                    )
                    for each in rows
                ],
                next=following,
            )
        )

    def publish(self, call: Call[Query, ToTell]) -> Answer:
        wanted = call.body
        try:
            draft = parse_draft(
                audience=Audience(wanted.audience),
                client_ids=frozenset(map(ClientId, wanted.client_ids)),
                title_vi=wanted.title_vi,
                title_en=wanted.title_en,
                text_vi=wanted.text_vi,
                text_en=wanted.text_en,
            )
            announcement_id = self._publish(draft, by=call.by)
        except InvalidDraft as invalid:
            raise Problem(
                "invalid",
                errors=[
                    FieldProblem(field=name, reason=problem.value.replace("_", " "))
                    for name, problem in invalid.problems.items()
                ],
            ) from None
        return Answer(
            Made(id=announcement_id), status=201, location=f"/announcements/{announcement_id}"
        )

    def withdraw(self, call: Call[Query, Nothing]) -> Answer:
        try:
            self._withdraw(AnnouncementId(call.path["announcement_id"]), by=call.by)
        except NoSuchAnnouncement:
            raise not_found() from None
        return Answer(status=204)


def _cursor(announcement: Announcement) -> str:
    return moment_cursor(announcement.at, announcement.id)
