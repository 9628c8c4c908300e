"""Where keys that one token was signed with are published, and how an answer is rendered."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from idp.interactions.model import AuthorizationRequest
from idp.interactions.ports import AuthorizationResponse

PublicKey = Mapping[str, str]

Render = Callable[[AuthorizationRequest, str | None, str | None], AuthorizationResponse]
"""
The answer to a request, with a state and a code; without a code the request is denied.

The protocol's side renders it: nothing but what the case is about differs from an ordinary one.
"""


class PublishedKeys(Protocol):
    """Public keys beside those of the ring, for minutes."""

    def publish(self, key: PublicKey, until: datetime) -> None:
        """Have it in the JWKS until that moment."""
        ...

    def current(self) -> Sequence[PublicKey]:
        """
        Those to be published now.

        None where the store is away: the keys of the ring must go out all the same.
        """
        ...
