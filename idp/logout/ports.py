"""Who reads logout requests, and where one is kept between two requests of ours."""

from typing import Protocol

from idp.core.handles import Handle
from idp.failures.model import Fault
from idp.logout.model import Farewell, LogoutRequest
from idp.relying_parties.model import RelyingParty


class WrongLogoutRequest(Exception):
    """The request is wrong in *parameter*: a page says so, and there is no redirect."""

    def __init__(
        self,
        parameter: str | None,
        relying_party: RelyingParty | None = None,
        fault: Fault | None = None,
    ) -> None:
        super().__init__(parameter)
        self.parameter = parameter
        self.relying_party = relying_party
        self.fault = fault


class LogoutRequests(Protocol):
    """Reads what relying parties send."""

    def read(self, raw: bytes) -> LogoutRequest:
        """
        Check form-encoded parameters, of a query or of a body.

        Raises `WrongLogoutRequest`.
        """
        ...


class StoredLogouts(Protocol):
    """Logout requests between a POST and the GET that follows it; kept for minutes."""

    def add(self, request: LogoutRequest, *, network: str) -> Handle:
        """
        Keep it; the handle under which it is found.

        Anybody can ask for that, as anybody can begin an interaction: it is counted with those.
        Raises `TooManyInteractions`.
        """
        ...

    def find(self, handle: str) -> LogoutRequest | None:
        """The request, while it is kept."""
        ...


class Farewells(Protocol):
    """Sign-outs that were done, while their last pages are looked at; kept for minutes."""

    def add(self, farewell: Farewell, *, network: str | None) -> Handle:
        """
        Keep it; the handle under which it is found.

        With a *network* it is counted there, as `StoredLogouts.add` does.
        """
        ...

    def find(self, handle: str) -> Farewell | None:
        """The sign-out, while it is kept."""
        ...
