"""Where the short-lived parts of a grant are kept."""

from collections.abc import Collection
from typing import Protocol

from idp.core.handles import Handle
from idp.grants.model import (
    AccessToken,
    AuthorizationCode,
    GrantId,
    Redeemed,
    Replayed,
    Unknown,
)
from idp.relying_parties.model import ClientId


class AuthorizationCodes(Protocol):
    """Codes by their digest; each is spent once, by one atomic step."""

    def issue(self, code: AuthorizationCode) -> Handle:
        """Store *code* for its lifetime; the value to hand out."""
        ...

    def redeem(self, value: str, client_id: ClientId) -> Redeemed | Replayed | Unknown:
        """
        Spend the code, for the relying party it was issued to and for one caller.

        A stranger with another client_id can neither spend it nor learn that it exists.
        """
        ...


class AccessTokens(Protocol):
    """Access tokens by their digest, and by the grant they hang on."""

    def issue(self, token: AccessToken) -> Handle:
        """Store *token* until it expires; the value to hand out. A revoked grant's is stillborn."""
        ...

    def find(self, value: str) -> AccessToken | None:
        """What a token stands for, while it is valid."""
        ...

    def revoke(self, grants: Collection[GrantId]) -> None:
        """End every access token of *grants*, those about to be stored included."""
        ...
