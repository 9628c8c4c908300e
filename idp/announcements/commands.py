"""`idp announcements`: telling portals something from a shell."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TextIO, TypeAlias

import click

from idp.announcements import store
from idp.announcements.announce import (
    NoSuchAnnouncement,
    PublishAnnouncement,
    WithdrawAnnouncement,
)
from idp.announcements.model import Announcement, AnnouncementId, Audience
from idp.announcements.rules import InvalidDraft, parse_draft
from idp.core.vietnam import minute
from idp.db.database import Database
from idp.operators.commands import as_operator, operator_from_prompt
from idp.operators.permissions import Permission
from idp.operators.verify_operator import VerifyOperator
from idp.relying_parties.model import ClientId
from idp.shell.errors import one_line_errors

_MOST_LISTED: Final = 50
_ERRORS: Final = {
    InvalidDraft: "{error}",
    NoSuchAnnouncement: "there is no announcement {error}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementDesk:
    """What the commands and the console work with."""

    verify: VerifyOperator
    publish: PublishAnnouncement
    withdraw: WithdrawAnnouncement
    database: Database


OpenAnnouncementDesk: TypeAlias = Callable[[], AnnouncementDesk]


def announcements_commands(open_desk: OpenAnnouncementDesk) -> click.Group:
    """
    Build the `announcements` group.

    *open_desk* is called once per command, so that `--help` needs no configuration.
    """

    @click.group("announcements")
    def announcements() -> None:
        """What portals are told: their teams read it, their contacts get it by mail."""

    @announcements.command("list")
    def list_all() -> None:
        """List the newest, with how many mails were accepted."""
        with open_desk().database.reading() as reading:
            found = store.listed(reading, teams=None, limit=_MOST_LISTED)
        click.echo("\n".join(map(_line, found)) or "There is no announcement yet.")

    @announcements.command("publish")
    @click.option("--audience", required=True, type=click.Choice([each.value for each in Audience]))
    @click.option("--to", "client_ids", multiple=True, help="A portal, for the audience named.")
    @click.option("--title-vi", required=True)
    @click.option("--title-en", required=True)
    @click.option("--text-vi", required=True, type=click.File(encoding="utf-8"))
    @click.option("--text-en", required=True, type=click.File(encoding="utf-8"))
    @as_operator
    def publish(
        *,
        audience: str,
        client_ids: tuple[str, ...],
        title_vi: str,
        title_en: str,
        text_vi: TextIO,
        text_en: TextIO,
        as_name: str,
    ) -> None:
        """Publish an announcement; its texts stand in two files."""
        desk = open_desk()
        with one_line_errors(_ERRORS):
            draft = parse_draft(
                audience=Audience(audience),
                client_ids=frozenset(map(ClientId, client_ids)),
                title_vi=title_vi,
                title_en=title_en,
                text_vi=text_vi.read().strip(),
                text_en=text_en.read().strip(),
            )
            by = operator_from_prompt(desk.verify, as_name, permission=Permission.ANNOUNCE)
            click.echo(desk.publish(draft, by=by))

    @announcements.command("withdraw")
    @click.argument("announcement_id")
    @as_operator
    def withdraw(*, announcement_id: str, as_name: str) -> None:
        """Take one back, with the mails that were not sent."""
        desk = open_desk()
        by = operator_from_prompt(desk.verify, as_name, permission=Permission.ANNOUNCE)
        with one_line_errors(_ERRORS):
            desk.withdraw(AnnouncementId(announcement_id), by=by)
        click.echo(f"{announcement_id}  withdrawn")

    return announcements


def _line(announcement: Announcement) -> str:
    at = minute(announcement.at)
    mails = f"{announcement.mails_sent}/{announcement.mails} mails"
    state = "withdrawn" if announcement.withdrawn_at else mails
    return f"{announcement.id}  {at}  {announcement.audience}  {state}  {announcement.title_en}"
