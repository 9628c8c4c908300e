"""What others need of the registry, and how its changes become known."""

from datetime import datetime
from typing import Protocol

from idp.relying_parties.model import ClientId, RelyingParty


class RelyingParties(Protocol):
    """The registry, in memory: a look-up costs no query."""

    def find(self, client_id: ClientId) -> RelyingParty | None:
        """The relying party of that id, enabled or not."""
        ...

    def catch_up(self, version: int) -> None:
        """Reload where *version*, as a protocol script returned it, is not the one held."""
        ...

    def catch_up_now(self) -> None:
        """Ask for the version first: one question to the volatile store."""
        ...


class CurrentRelyingParties(RelyingParties, Protocol):
    """The registry for those whom no protocol script tells its version."""

    def catch_up_now(self) -> None:
        """Ask for the version, and reload where it has moved."""
        ...


class RegistryVersion(Protocol):
    """A number that every process sees, and every change of a registration raises."""

    def current(self) -> int:
        """The number now; nought before the first change."""
        ...

    def require(self) -> None:
        """
        Raise where it cannot be raised now: asked before a change, which else nobody would hear of.

        Who is told that a part is away tries again, and finds nothing changed.
        """
        ...

    def bump(self) -> None:
        """Raise it: what is held in memory anywhere is old."""
        ...


class CredentialUses(Protocol):
    """Remembers when a secret or a key was used last, to about an hour."""

    def secret(self, client_id: ClientId, number: int) -> None:
        """Note that the secret of that number proved who calls; quick, and never fails."""
        ...

    def key(self, client_id: ClientId, thumbprint: str) -> None:
        """Note that something was signed by that key; quick, and never fails."""
        ...


class UseWriter(Protocol):
    """Has a use written down, later and elsewhere."""

    def write_use(self, client_id: ClientId, credential: str, at: datetime) -> None:
        """Have it written that *credential* (a number, or a thumbprint) was used; never raises."""
        ...


class FetchFailed(Exception):
    """Nothing usable came; *cause* is a word for the log, and says nothing of what was asked."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class Fetcher(Protocol):
    """Gets small documents from addresses that relying parties name: keys, lists, logos."""

    def fetch(self, url: str, *, media_types: frozenset[str]) -> bytes:
        """
        The document at *url*, whose media type is one of *media_types* (lower case, bare).

        Raises `FetchFailed`.
        """
        ...
