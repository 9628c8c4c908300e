"""The operators' side of the pages, on the same application."""

from collections.abc import Sequence

from flask import Blueprint

from idp.app.parts import Parts
from idp.console.cookie import ConsoleCookie
from idp.console.frame import ConsoleFrame
from idp.console.presence import Presence
from idp.console.routes import console_routes
from idp.web.browser import BrowserCookie
from idp.web.pages import Pages
from idp.web.ports import ShownPages


def console_blueprints(
    parts: Parts, *, pages: Pages, browser: BrowserCookie, shown: ShownPages
) -> Sequence[Blueprint]:
    """The blueprints of the console."""
    database, clock = parts.database, parts.clock
    frame = ConsoleFrame(
        pages=pages,
        presence=Presence(
            sessions=parts.operator_sessions,
            cookie=ConsoleCookie(secure=parts.settings.server.secure),
            browser=browser,
            shown=shown,
            database=database,
            clock=clock,
        ),
        verify=parts.verify_operator,
    )
    return (console_routes(frame=frame, database=database, clock=clock),)
