"""The cookie by which the one request that a case alters is known."""

from datetime import timedelta
from typing import Final

from flask import Response, after_this_request

from idp.core.handles import Handle
from idp.integration_tests.rehearse import Rehearse
from idp.interactions.model import AuthorizationRequest
from idp.interactions.ports import AuthorizationResponse
from idp.web.at_hand import g
from idp.web.own_cookie import OwnCookie

NAME: Final = "idp_integration_test"


class RehearsalCookie:
    """
    `idp_integration_test`: a random handle, for as long as a case waits to begin.

    Set by nothing but a press of "begin" on a page of a run, so that a browser without it is never
    looked up. `SameSite=Lax`: it has to come with the portal's redirect to us.
    """

    def __init__(self, *, secure: bool) -> None:
        self._cookie = OwnCookie(NAME, secure=secure)

    def handle(self) -> Handle | None:
        """The handle this browser sent."""
        return self._cookie.sent_handle()

    def set(self, handle: Handle, lasts: timedelta) -> None:
        """Give the browser *handle* with this response."""
        g.rehearsal_handle, g.rehearsal_lasts = handle, lasts
        after_this_request(self._send)

    def _send(self, response: Response) -> Response:
        return self._cookie.put(response, g.rehearsal_handle, lasts=g.rehearsal_lasts)


class InThisBrowser:
    """Implements `Rehearsed`: a browser without the cookie is never looked up."""

    def __init__(self, rehearse: Rehearse, cookie: RehearsalCookie) -> None:
        self._rehearse = rehearse
        self._cookie = cookie

    def __call__(self, wanted: AuthorizationRequest) -> AuthorizationResponse | None:
        """The case's answer, where one waits here."""
        handle = self._cookie.handle()
        return None if handle is None else self._rehearse.answer(handle, wanted)
