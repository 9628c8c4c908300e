"""What a request demands of a citizen's levels, and what is missing to that: pure."""

from dataclasses import dataclass

from idp.core.acr import ACR_CLASSES
from idp.interactions.model import AuthorizationRequest
from idp.sessions.rules import levels_wanted


@dataclass(frozen=True, slots=True)
class Shortfall:
    """
    A demand that is not met.

    *acr* is the lowest class that would do, `None` where the request names none that exists;
    *verification* and *authentication* are the levels that were reached.
    """

    acr: str | None
    verification: int
    authentication: int

    @property
    def verification_wanted(self) -> int | None:
        """The verification level that is missing; `None` where it is enough."""
        wanted = 0 if self.acr is None else levels_wanted(self.acr)[0]
        return wanted if wanted > self.verification else None

    @property
    def authentication_wanted(self) -> int | None:
        """The authentication level that is missing; `None` where it is enough."""
        wanted = 0 if self.acr is None else levels_wanted(self.acr)[1]
        return wanted if wanted > self.authentication else None


def shortfall(
    minimum_acr: str | None,
    request: AuthorizationRequest,
    *,
    verification: int,
    authentication: int,
) -> Shortfall | None:
    """
    What is missing to the registered minimum and to what the request calls essential.

    One of the essential classes is enough (OpenID Connect Core §5.5.1.1), so the lowest counts.
    """
    demanded = [] if minimum_acr is None else [minimum_acr]
    if request.acr_essential:
        if not request.acr_values:
            return Shortfall(None, verification, authentication)
        demanded.append(min(request.acr_values, key=ACR_CLASSES.index))
    if not demanded:
        return None
    found = Shortfall(max(demanded, key=ACR_CLASSES.index), verification, authentication)
    is_met = found.verification_wanted is None and found.authentication_wanted is None
    return None if is_met else found
