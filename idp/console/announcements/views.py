"""`/console/announcements`: what portals were told; writing one, and taking one back."""

from contextlib import suppress
from typing import Final

from flask import Response, abort

from idp.announcements import store
from idp.announcements.announce import (
    NoSuchAnnouncement,
    PublishAnnouncement,
    WithdrawAnnouncement,
)
from idp.announcements.model import Announcement, AnnouncementId
from idp.announcements.rules import InvalidDraft
from idp.console.announcements.forms import AnnounceForm, WithdrawAnnouncementForm
from idp.console.frame import ConsoleForm, ConsoleFrame, ConsolePage, Section
from idp.console.paging import ROWS, offset, page_of
from idp.db.database import Database
from idp.operators.permissions import Permission, may, teams_seen_by
from idp.web.see_other import see_other
from idp.web.shown_time import shown_moment

ANNOUNCEMENTS: Final = "/console/announcements"


class Announcements(ConsolePage):
    """`/console/announcements`: the newest first; a team sees what concerns it."""

    permission = Permission.SEE_ANNOUNCEMENTS
    section = Section.ANNOUNCEMENTS

    def __init__(self, frame: ConsoleFrame, database: Database) -> None:
        super().__init__(frame)
        self._database = database

    def show(self, **address: str) -> Response:
        announces = may(self.operator.role, Permission.ANNOUNCE)
        with self._database.reading() as reading:
            found = store.listed(
                reading, teams=teams_seen_by(self.operator), limit=ROWS + 1, offset=offset()
            )
            ids = [each.id for each in found]
            named = store.named_by(reading, ids) if announces else {}
        page = page_of(found)
        return self.render(
            "console/announcements/list.html",
            page=page,
            rows=[
                {
                    "id": each.id,
                    "at": shown_moment(each.at),
                    "by": each.by,
                    "audience": each.audience.value,
                    "named": named.get(each.id, ()),
                    "announcement": each,
                    "withdrawn_at": shown_moment(each.withdrawn_at),
                }
                for each in page.rows
            ],
            announces=announces,
        )


class Announce(ConsoleForm):
    """`/console/announcements/new`: one more."""

    permission = Permission.ANNOUNCE
    section = Section.ANNOUNCEMENTS

    def __init__(self, frame: ConsoleFrame, publish: PublishAnnouncement) -> None:
        super().__init__(frame)
        self._publish = publish

    def show(self, **address: str) -> Response:
        return self._ask(self._pages.form(AnnounceForm))

    def act(self, **address: str) -> Response:
        """Publish it."""
        form = self._pages.form(AnnounceForm)
        draft = form.draft() if form.validate() else None
        by = None if draft is None else self._frame.prove(self.operator.name, form)
        if draft is None or by is None:
            return self._ask(form)
        try:
            self._publish(draft, by=by)
        except InvalidDraft as invalid:
            form.fail_draft(invalid)
            return self._ask(form)
        return see_other(ANNOUNCEMENTS)

    def _ask(self, form: AnnounceForm) -> Response:
        return self.render("console/announcements/new.html", form=form)


class Withdraw(ConsoleForm):
    """`/console/announcements/<announcement_id>/withdraw`: taking one back."""

    permission = Permission.ANNOUNCE
    section = Section.ANNOUNCEMENTS

    def __init__(
        self, frame: ConsoleFrame, withdraw: WithdrawAnnouncement, database: Database
    ) -> None:
        super().__init__(frame)
        self._withdraw = withdraw
        self._database = database

    def show(self, **address: str) -> Response:
        return self._ask(self._announcement(address), self._pages.form(WithdrawAnnouncementForm))

    def act(self, **address: str) -> Response:
        announcement, form = self._announcement(address), self._pages.form(WithdrawAnnouncementForm)
        by = self._frame.prove(self.operator.name, form) if form.validate() else None
        if by is None:
            return self._ask(announcement, form)
        with suppress(NoSuchAnnouncement):  # somebody was faster: the list tells
            self._withdraw(announcement.id, by=by)
        return see_other(ANNOUNCEMENTS)

    def _announcement(self, address: dict[str, str]) -> Announcement:
        announcement_id = AnnouncementId(address["announcement_id"])
        with self._database.reading() as reading:
            found = store.announcement(reading, announcement_id)
        if found is None or found.withdrawn_at is not None:
            abort(404)
        return found

    def _ask(self, announcement: Announcement, form: WithdrawAnnouncementForm) -> Response:
        return self.render(
            "console/announcements/withdraw.html", announcement=announcement, form=form
        )
