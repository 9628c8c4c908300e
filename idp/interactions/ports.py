"""Where interactions are kept, and who answers the relying party in the end."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from urllib.parse import quote

from idp.citizens.model import CitizenId
from idp.interactions.model import (
    AuthorizationRequest,
    Interaction,
    InteractionId,
    ResponseMode,
)
from idp.sessions.model import Session
from idp.throttling.ports import BudgetSpent

Change = Callable[[Interaction], Interaction]


class InteractionGone(Exception):
    """There is no such interaction any more."""


class NotAgreed(Exception):
    """What the citizen had agreed to share was withdrawn while the answer was made."""


class TooManyInteractions(BudgetSpent):
    """That network began so many that they could fill the store."""


@dataclass(frozen=True, slots=True)
class FoundInteraction:
    """What was found under an interaction's name, if anything."""

    interaction: Interaction | None
    registry_version: int


class Interactions(Protocol):
    """
    Interactions in progress.

    One that nobody has attended to ends soon: anybody can begin interactions, and without end. What
    is attended to lives long enough for every detour from then on.
    """

    def add(self, interaction: Interaction, *, network: str) -> None:
        """
        Store a new one, begun from *network*, and count it there.

        Raises `TooManyInteractions`: it is not stored then.
        """
        ...

    def find(self, interaction_id: InteractionId) -> Interaction | None:
        """The interaction as it is now."""
        ...

    def look_up(self, interaction_id: InteractionId) -> FoundInteraction:
        """The same, and in the same step which registry it is to be judged by."""
        ...

    def update(self, interaction: Interaction, change: Change) -> Interaction:
        """
        Apply *change* to the newest stored value, and store what it returns.

        Compare-and-set: *change* may be called more than once and must have no side effects.
        Raises `InteractionGone`.
        """
        ...

    def keep(self, interaction: Interaction, period: timedelta) -> None:
        """Let it live for *period* from now where it would end sooner."""
        ...

    def answer(self, interaction: Interaction) -> bool:
        """Mark it answered; true for one caller only."""
        ...


@dataclass(frozen=True, slots=True)
class AuthorizationResponse:
    """What goes back to the relying party, and how it wants to have it (RFC 6749 §4.1.2)."""

    redirect_uri: str
    parameters: tuple[tuple[str, str], ...]
    mode: ResponseMode = ResponseMode.QUERY

    @property
    def location(self) -> str:
        """In `query` mode, the URL to go to; the redirect URI's own query is kept (§3.1.2)."""
        joint = "&" if "?" in self.redirect_uri else "?"
        query = "&".join(f"{name}={quote(value, safe='')}" for name, value in self.parameters)
        return f"{self.redirect_uri}{joint}{query}"


Rehearsed = Callable[[AuthorizationRequest], AuthorizationResponse | None]
"""
The answer to a request that an integration test waits for in this browser; `None` for all others.

Looks at nothing but a cookie where there is none (`idp.oidc.rehearsal`).
"""


class Responder(Protocol):
    """The protocol's side: turns a finished interaction into an answer."""

    def approve(self, interaction: Interaction, session: Session) -> AuthorizationResponse:
        """Issue an authorization code for the session's citizen. Raises `NotAgreed`."""
        ...

    def refuse(self, interaction: Interaction, error: str) -> AuthorizationResponse:
        """Tell the relying party *error*."""
        ...

    def is_about(self, request: AuthorizationRequest, citizen_id: CitizenId) -> bool:
        """Whether each of the request's `subjects` is this citizen's name there."""
        ...
