"""The session of the browser that is asking, found by its cookie."""

import hashlib
import hmac

from flask import Response, request

from clients.kit.cookies import Cookies
from clients.kit.expiring_store import ExpiringStore
from clients.kit.handles import base64url, new_handle
from clients.kit.session import Session


class BrowserSession:
    def __init__(
        self, sessions: ExpiringStore[Session], cookies: Cookies, *, secret_key: bytes
    ) -> None:
        self._sessions = sessions
        self._cookies = cookies
        self._secret_key = secret_key

    @property
    def handle(self) -> str:
        """The session handle that came with this request, "" when none did."""
        return request.cookies.get(self._cookies.session, "")

    def current(self) -> Session | None:
        return self._sessions.get(self.handle)

    def start(self, response: Response, session: Session) -> None:
        """Begin *session* under a new handle: one planted before sign-in opens nothing."""
        self._sessions.take(self.handle)
        handle = new_handle()
        self._sessions.put(handle, session)
        self._cookies.put(response, self._cookies.session, handle)

    def sign_out_token(self) -> str:
        """Return what the sign-out form must send: another site cannot know it (CSRF)."""
        message = f"sign-out:{self.handle}".encode()
        return base64url(hmac.new(self._secret_key, message, hashlib.sha256).digest())

    def is_sign_out_token(self, value: str) -> bool:
        return hmac.compare_digest(self.sign_out_token().encode(), value.encode())
