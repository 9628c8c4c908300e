"""The cookie that carries a session's handle."""

from flask import Response, after_this_request

from idp.core.handles import Handle
from idp.web.at_hand import g
from idp.web.own_cookie import OwnCookie


class SessionCookie:
    """`idp_session`: a random handle, and nothing else, for as long as the browser is open."""

    def __init__(self, *, secure: bool) -> None:
        self._cookie = OwnCookie("idp_session", secure=secure)
        self.name = self._cookie.name

    def handle(self) -> Handle | None:
        """The handle this browser has: the one just set, else the one it sent."""
        if "session_handle" in g:
            handle: Handle | None = g.session_handle
            return handle
        return self._cookie.sent_handle()

    def set(self, handle: Handle) -> None:
        """Give the browser *handle* with this response."""
        g.session_handle = handle
        after_this_request(self._send)

    def clear(self) -> None:
        """Take the handle from the browser with this response."""
        g.session_handle = None
        after_this_request(self._send)

    def _send(self, response: Response) -> Response:
        handle: Handle | None = g.session_handle
        return self._cookie.take(response) if handle is None else self._cookie.put(response, handle)
