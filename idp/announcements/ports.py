"""What announcing needs of others."""

from typing import Protocol

from idp.relying_parties.model import RelyingParty


class RelyingPartyDirectory(Protocol):
    """Every registration, as held in memory."""

    def catch_up_now(self) -> None:
        """See what was registered elsewhere a moment ago."""
        ...

    def all(self) -> tuple[RelyingParty, ...]:
        """Every relying party, enabled or not."""
        ...
