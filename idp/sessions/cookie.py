"""The cookie that carries a session's handle."""

import re
from typing import Final

from flask import Response, after_this_request

from idp.core.handles import Handle
from idp.web.at_hand import g, request

_HANDLE: Final = re.compile(r"[A-Za-z0-9_-]{43}")


class SessionCookie:
    """
    `idp_session`: a random handle, and nothing else, for as long as the browser is open.

    Over https with the `__Host-` prefix and `Secure`; over loopback http without, because clients
    do not send secure cookies there.
    """

    def __init__(self, *, secure: bool) -> None:
        self.secure = secure
        self.name = "__Host-idp_session" if secure else "idp_session"

    def handle(self) -> Handle | None:
        """The handle this browser has: the one just set, else the one it sent."""
        if "session_handle" in g:
            handle: Handle | None = g.session_handle
            return handle
        sent = request.cookies.get(self.name, "")
        return Handle(sent) if _HANDLE.fullmatch(sent) else None

    def set(self, handle: Handle) -> None:
        """Give the browser *handle* with this response."""
        g.session_handle = handle
        after_this_request(self._send)

    def clear(self) -> None:
        """Take the handle from the browser with this response."""
        g.session_handle = None
        after_this_request(self._send)

    def _send(self, response: Response) -> Response:
        response.set_cookie(
            self.name,
            g.session_handle or "",
            max_age=None if g.session_handle else 0,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="Lax",
        )
        return response
