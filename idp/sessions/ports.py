"""Where sessions are kept."""

from datetime import datetime
from typing import Protocol

from idp.citizens.model import CitizenId
from idp.core.handles import Handle
from idp.sessions.model import OpenSession, Session, SessionId


class Sessions(Protocol):
    """Sessions by the handle in the browser's cookie; a store keeps the digest alone."""

    def begin(self, session: Session) -> Handle:
        """Store *session* under a new handle."""
        ...

    def find(self, handle: Handle) -> Session | None:
        """The live session of *handle*; reading it postpones its idle end."""
        ...

    def is_open(self, handle: Handle) -> bool:
        """Whether nobody has ended the session of *handle*; looking postpones no end."""
        ...

    def end(self, handle: Handle) -> Session | None:
        """End the session of *handle*; the session, for the one caller that ended it."""
        ...

    def end_all_of(
        self,
        citizen_id: CitizenId,
        *,
        until: datetime | None = None,
        kept: SessionId | None = None,
    ) -> tuple[SessionId, ...]:
        """
        End every session of a citizen, but *kept* and what was signed in to after *until*.

        The sessions that this caller ended.
        """
        ...

    def of_citizen(self, citizen_id: CitizenId) -> tuple[OpenSession, ...]:
        """The live sessions of a citizen, the last seen first; looking postpones no end."""
        ...

    def end_one_of(self, citizen_id: CitizenId, session_id: SessionId) -> Session | None:
        """End that session of a citizen; the session, for the one caller that ended it."""
        ...
