"""What others need of the registry."""

from typing import Protocol

from idp.relying_parties.model import ClientId, RelyingParty


class RelyingParties(Protocol):
    """The registry, in memory: a look-up costs no query."""

    def find(self, client_id: ClientId) -> RelyingParty | None:
        """The relying party of that id, enabled or not."""
        ...

    def catch_up(self, version: int) -> None:
        """Reload where *version*, as a protocol script returned it, is newer than what is held."""
        ...
