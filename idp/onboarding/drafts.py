"""
What waits between two pages: a registration that is being filled in, a secret to be shown once.

Neither outlives a day; neither is anybody's but the operator's who made it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from idp.core.handles import Handle
from idp.operators.model import OperatorName, TeamId
from idp.relying_parties.model import ClientId


@dataclass(frozen=True, slots=True)
class Draft:
    """A registration as far as *operator* has filled it in, for *team* (`None`: nobody's)."""

    operator: OperatorName
    team: TeamId | None
    document: Mapping[str, object]


class RegistrationDrafts(Protocol):
    """Drafts by the handle in the address."""

    def begin(self, draft: Draft) -> Handle:
        """Keep *draft* under a new handle."""
        ...

    def find(self, handle: str, *, operator: OperatorName) -> Draft | None:
        """The operator's own draft, while it is kept."""
        ...

    def keep(self, handle: str, draft: Draft) -> bool:
        """Keep *draft* in the place of the one before; false where there is none any more."""
        ...

    def end(self, handle: str, *, operator: OperatorName) -> bool:
        """Forget the operator's own draft: true for the one caller that did."""
        ...


class FreshSecrets(Protocol):
    """Secrets of relying parties on their way to the one page that shows them."""

    def keep(self, secret: str, *, client_id: ClientId, operator: OperatorName) -> Handle:
        """Keep *secret* for a few minutes; the handle it is taken by."""
        ...

    def take(self, handle: str, *, client_id: ClientId, operator: OperatorName) -> str | None:
        """The secret, once, for the operator who made it."""
        ...
