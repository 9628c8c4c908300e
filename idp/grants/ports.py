"""Where the short-lived parts of a grant are kept."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from idp.core.handles import Handle
from idp.grants.model import (
    AccessToken,
    AuthorizationCode,
    FamilyId,
    FoundToken,
    FreshToken,
    GrantId,
    Redeemed,
    Replayed,
    Spent,
    Unknown,
)
from idp.relying_parties.model import ClientId
from idp.statistics.model import Tick


class AuthorizationCodes(Protocol):
    """Codes by their digest; each is spent once, by one atomic step."""

    def issue(self, code: AuthorizationCode, counted: Tick | None = None) -> Handle:
        """Store *code* for its lifetime, in one step with counting; the value to hand out."""
        ...

    def redeem(
        self, value: str, client_id: ClientId, *, fresh: FreshToken | None = None
    ) -> Redeemed | Replayed | Unknown:
        """
        Spend the code, for the relying party it was issued to and for one caller.

        A stranger with another client_id can neither spend it nor learn that it exists. In the same
        step *fresh* becomes an access token for what the code stands for, stillborn where its grant
        was revoked.
        """
        ...

    def issued_to(self, value: str) -> ClientId | None:
        """
        To whom a code was issued within the last minutes, whatever became of it.

        For telling that relying party's team why it was refused, and nobody else.
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

    def look_up(self, value: str) -> FoundToken:
        """The same, and in the same step which registry it is to be judged by."""
        ...

    def end(self, value: str) -> None:
        """End one token; an unknown one is no error."""
        ...

    def revoke(self, owners: Collection[GrantId | FamilyId]) -> None:
        """End every access token that hangs on *owners*, those about to be stored included."""
        ...


class SpentIdentifiers(Protocol):
    """Names that are good once, and are remembered until what they name has ended anyway."""

    def spend(self, identifier: str, until: datetime) -> Spent:
        """Spend *identifier*, by one atomic step; it is remembered until that moment."""
        ...

    def is_spent(self, identifier: str) -> bool:
        """Whether it has been spent."""
        ...
