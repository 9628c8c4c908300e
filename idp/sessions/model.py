"""The single sign-on session."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import NewType

from idp.citizens.model import CitizenId

SessionId = NewType("SessionId", str)
"""Stays the same for a session's life, while the cookie's handle changes with each sign-in."""


@dataclass(frozen=True, slots=True)
class Authentication:
    """Who proved to be who, how (RFC 8176) and when."""

    citizen_id: CitizenId
    auth_time: datetime
    amr: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Session:
    """
    A citizen who is signed in at this provider.

    *browser* and *system* are names from a fixed list, for the citizen to recognise it by; what the
    browser says of itself is kept nowhere.
    """

    id: SessionId
    authentication: Authentication
    created_at: datetime
    browser: str = ""
    system: str = ""

    def signed_in_again(self, authentication: Authentication) -> "Session":
        """The same session after the same citizen proved to be there once more."""
        return replace(self, authentication=authentication)


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as its citizen sees it beside others."""

    session: Session
    last_seen_at: datetime
