"""Sign-out: the portal's own session first, then the provider's (RP-Initiated Logout 1.0 §2)."""

import hmac
from dataclasses import dataclass, field
from urllib.parse import urlencode

from clients.kit.expiring_store import ExpiringStore
from clients.kit.handles import new_handle
from clients.kit.provider import Provider
from clients.kit.registration import Registration
from clients.kit.session import Session


@dataclass(frozen=True, slots=True)
class Leaving:
    """A sign-out on its way to the provider."""

    id_token: str = field(repr=False)
    state: str = field(repr=False)


class SignOut:
    def __init__(
        self,
        registration: Registration,
        provider: Provider,
        sessions: ExpiringStore[Session],
        leavings: ExpiringStore[Leaving],
    ) -> None:
        self._registration = registration
        self._provider = provider
        self._sessions = sessions
        self._leavings = leavings

    def begin(self, session_handle: str) -> str | None:
        """
        End the session of *session_handle*; return the handle of the way out, None without one.

        The portal's session ends here whatever becomes of the rest: a provider that is away must
        not keep anybody signed in.
        """
        session = self._sessions.take(session_handle)
        if session is None:
            return None
        handle = new_handle()
        self._leavings.put(handle, Leaving(session.id_token.encoded, new_handle()))
        return handle

    def address(self, leaving_handle: str, *, locale: str) -> str | None:
        """
        Return where the browser goes to end the provider's session; None when nowhere.

        The provider's pages on the way speak *locale*.
        Raises ProviderUnavailable. May be asked again: a reload must lead out as well.
        """
        leaving = self._leavings.get(leaving_handle)
        endpoint = self._provider.metadata().end_session_endpoint
        if leaving is None or endpoint is None:
            return None
        parameters = {
            "id_token_hint": leaving.id_token,
            "post_logout_redirect_uri": self._registration.post_logout_redirect_uri,
            "state": leaving.state,
            "ui_locales": locale,
        }
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(parameters)}"

    def finish(self, leaving_handle: str, state: str) -> bool:
        """Whether the provider sent this browser back from the sign-out that it began."""
        leaving = self._leavings.take(leaving_handle)
        return leaving is not None and hmac.compare_digest(leaving.state.encode(), state.encode())
