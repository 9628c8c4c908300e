"""The cookie that tells one browser from another; it says nothing about who sits before it."""

import re
from datetime import timedelta

from flask import Response, after_this_request

from idp.core.handles import Handle, new_handle
from idp.web.at_hand import g, request

LIFETIME = timedelta(days=365)

_HANDLE = re.compile(r"[A-Za-z0-9_-]{43}")


class BrowserCookie:
    """
    A random handle per browser: interactions and form tokens are bound to it.

    Over https it carries the ``__Host-`` prefix, so that no neighbouring host can plant one
    (RFC 6265bis §4.1.3.2); over loopback http neither prefix nor ``Secure`` is possible.
    """

    def __init__(self, *, secure: bool) -> None:
        self.secure = secure
        self.name = "__Host-idp_browser" if secure else "idp_browser"

    def handle(self) -> Handle | None:
        """Give the handle this request sent, or None; anything that is no handle counts as none."""
        sent = request.cookies.get(self.name, "")
        return Handle(sent) if _HANDLE.fullmatch(sent) else None

    def ensure(self) -> Handle:
        """
        Give this browser's handle, making one (set on the response) where it sent none.

        Not for a request that other sites may send by POST: `SameSite=Lax` holds the cookie back
        there, and a new one would cut the browser off from its other tabs. Answer those with a
        redirect to a GET first.
        """
        handle = self.handle() or g.get("browser_handle")
        if handle is None:
            handle = new_handle()
            g.browser_handle = handle
            after_this_request(self._set)
        return handle

    def _set(self, response: Response) -> Response:
        response.set_cookie(
            self.name,
            g.browser_handle,
            max_age=LIFETIME,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="Lax",
        )
        return response
