"""Where access tokens are kept, and which requests were made once."""

from datetime import timedelta
from typing import Protocol

from idp.api_clients.model import ApiClientName, ApiGrant
from idp.core.handles import Handle


class ApiTokens(Protocol):
    """Access tokens of programs, by a handle of which a store keeps the digest alone."""

    def issue(self, grant: ApiGrant, lifetime: timedelta) -> Handle:
        """Store *grant* under a new handle, for so long."""
        ...

    def find(self, token: str) -> ApiGrant | None:
        """What *token* stands for, while it lives."""
        ...


class RequestsMadeOnce(Protocol):
    """Idempotency keys: each is good for one request of one program."""

    def take(self, client: ApiClientName, key: str, request: str) -> str | None:
        """
        Use *key* for *request* (a digest of it): `None` for the one caller that may go on.

        The others get the digest that the key was used for.
        """
        ...

    def give_back(self, client: ApiClientName, key: str) -> None:
        """Let the key be used again: nothing came of the request."""
        ...
