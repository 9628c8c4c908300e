"""The pages about announcements put together."""

from flask import Blueprint

from idp.announcements.announce import PublishAnnouncement, WithdrawAnnouncement
from idp.console.announcements.views import ANNOUNCEMENTS, Announce, Announcements, Withdraw
from idp.console.frame import ConsoleFrame
from idp.db.database import Database


def announcement_routes(
    *,
    frame: ConsoleFrame,
    publish: PublishAnnouncement,
    withdraw: WithdrawAnnouncement,
    database: Database,
) -> Blueprint:
    blueprint = Blueprint("console_announcements", __name__)
    for path, view in (
        (ANNOUNCEMENTS, Announcements.as_view("announcements", frame, database)),
        (f"{ANNOUNCEMENTS}/new", Announce.as_view("announce", frame, publish)),
        (
            f"{ANNOUNCEMENTS}/<announcement_id>/withdraw",
            Withdraw.as_view("withdraw", frame, withdraw, database),
        ),
    ):
        blueprint.add_url_rule(path, view_func=view)
    return blueprint
