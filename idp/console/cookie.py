"""The cookie that carries the handle of a console's session."""

import re
from typing import Final

from flask import Response, after_this_request, g, request

from idp.core.handles import Handle

_HANDLE: Final = re.compile(r"[A-Za-z0-9_-]{43}")


class ConsoleCookie:
    """
    `idp_console`: a random handle, and nothing else, for as long as the browser is open.

    `SameSite=Strict`: no other site has a link into the console that would find it signed in. Over
    https with the `__Host-` prefix and `Secure`, as the citizens' cookies.
    """

    def __init__(self, *, secure: bool) -> None:
        self._secure = secure
        self.name = "__Host-idp_console" if secure else "idp_console"

    def handle(self) -> Handle | None:
        """The handle this browser sent."""
        sent = request.cookies.get(self.name, "")
        return Handle(sent) if _HANDLE.fullmatch(sent) else None

    def set(self, handle: Handle) -> None:
        """Give the browser *handle* with this response."""
        g.console_handle = handle
        after_this_request(self._send)

    def clear(self) -> None:
        """Take the handle from the browser with this response."""
        g.console_handle = None
        after_this_request(self._send)

    def _send(self, response: Response) -> Response:
        response.set_cookie(
            self.name,
            g.console_handle or "",
            max_age=None if g.console_handle else 0,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="Strict",
        )
        return response
