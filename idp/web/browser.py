"""The cookie that tells one browser from another; it says nothing about who sits before it."""

from datetime import timedelta

from flask import Response, after_this_request

from idp.core.handles import Handle, new_handle
from idp.web.at_hand import g
from idp.web.own_cookie import OwnCookie

LIFETIME = timedelta(days=365)


class BrowserCookie:
    """`idp_browser`: a random handle per browser; interactions and form tokens are bound to it."""

    def __init__(self, *, secure: bool) -> None:
        self.secure = secure
        self._cookie = OwnCookie("idp_browser", secure=secure)
        self.name = self._cookie.name

    def handle(self) -> Handle | None:
        """Give the handle this request sent, or None; anything that is no handle counts as none."""
        return self._cookie.sent_handle()

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
        return self._cookie.put(response, g.browser_handle, lasts=LIFETIME)
