"""The cookie that tells a browser its citizens have signed in on from any other."""

from datetime import timedelta

from flask import Response, after_this_request

from idp.authenticators.model import SeenDevice
from idp.core.clock import Clock
from idp.core.handles import Handle, digest, new_handle
from idp.web.at_hand import g
from idp.web.device import client_device
from idp.web.own_cookie import OwnCookie


class DeviceCookie:
    """
    `idp_device`: a random handle, another one with each sign-in, and nothing else.

    So a copy of it is worth nothing as soon as its owner has signed in once more.
    """

    def __init__(
        self, *, secure: bool, known_for: timedelta, remembered_for: timedelta, clock: Clock
    ) -> None:
        """Keep devices for *known_for* after their last use, wishes for *remembered_for*."""
        self._cookie = OwnCookie("idp_device", secure=secure)
        self.name = self._cookie.name
        self.remembered_for = remembered_for
        self._known_for = known_for
        self._clock = clock

    def digest(self) -> str | None:
        """What is kept of the handle that this request sent; `None` where it sent none."""
        sent = self._cookie.sent_handle()
        return None if sent is None else digest(sent)

    def seen(self, *, remember: bool) -> tuple[SeenDevice, Handle]:
        """The browser at hand, for the store, and the handle to `set` when it is stored."""
        handle, device = new_handle(), client_device()
        seen = SeenDevice(
            former=self.digest(),
            digest=digest(handle),
            browser=device.browser,
            system=device.system,
            remembered_until=self._clock.now() + self.remembered_for if remember else None,
        )
        return seen, handle

    def set(self, handle: Handle) -> None:
        """Give the browser *handle* with this response."""
        g.device_handle = handle
        after_this_request(self._send)

    def _send(self, response: Response) -> Response:
        return self._cookie.put(response, g.device_handle, lasts=self._known_for)
