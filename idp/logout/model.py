"""A relying party's wish to sign somebody out, once it is checked; and a sign-out that was done."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from idp.relying_parties.model import ClientId
from idp.sessions.model import SessionId


@dataclass(frozen=True, slots=True)
class LogoutRequest:
    """
    What was asked.

    *client_id* is `None` where nobody says who asks. *sid* is the session's name in a valid ID
    token of ours, at that relying party; without one it is `None`. *redirect_uri* is registered
    for the relying party, and *state* goes back with it.
    """

    client_id: ClientId | None = None
    sid: str | None = None
    redirect_uri: str | None = None
    state: str | None = None
    ui_locales: tuple[str, ...] = ()

    @property
    def location(self) -> str | None:
        """Where to go afterwards; a query of the URI's own is kept."""
        if self.redirect_uri is None or self.state is None:
            return self.redirect_uri
        joint = "&" if "?" in self.redirect_uri else "?"
        return f"{self.redirect_uri}{joint}state={quote(self.state, safe='')}"


@dataclass(frozen=True, slots=True)
class Farewell:
    """
    A sign-out that was done, and what its last pages show.

    *reached* are the relying parties of the session that ended, and *frames* the addresses by
    which those with a front channel are told in this browser. Without a session there are none.
    """

    wish: LogoutRequest = LogoutRequest()
    session_id: SessionId | None = None
    reached: tuple[ClientId, ...] = ()
    frames: tuple[str, ...] = ()
    ended_at: datetime | None = None
