"""The cookie that carries the handle of a console's session."""

from flask import Response, after_this_request

from idp.core.handles import Handle
from idp.web.at_hand import g
from idp.web.own_cookie import OwnCookie


class ConsoleCookie:
    """
    `idp_console`: a random handle, and nothing else, for as long as the browser is open.

    `SameSite=Strict`: no other site has a link into the console that would find it signed in.
    """

    def __init__(self, *, secure: bool) -> None:
        self._cookie = OwnCookie("idp_console", secure=secure, same_site="Strict")
        self.name = self._cookie.name

    def handle(self) -> Handle | None:
        """The handle this browser sent."""
        return self._cookie.sent_handle()

    def set(self, handle: Handle) -> None:
        """Give the browser *handle* with this response."""
        g.console_handle = handle
        after_this_request(self._send)

    def clear(self) -> None:
        """Take the handle from the browser with this response."""
        g.console_handle = None
        after_this_request(self._send)

    def _send(self, response: Response) -> Response:
        handle: Handle | None = g.console_handle
        return self._cookie.take(response) if handle is None else self._cookie.put(response, handle)
