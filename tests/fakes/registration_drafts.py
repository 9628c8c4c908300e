"""Registrations being filled in, and fresh secrets, in memory: honest doubles of the ports."""

from datetime import timedelta

from idp.core.clock import Clock
from idp.core.handles import Handle, new_handle
from idp.onboarding.drafts import Draft
from idp.operators.model import OperatorName
from idp.relying_parties.model import ClientId
from tests.fakes.expiring import Expiring


class RegistrationDraftsInMemory:
    """Implements `RegistrationDrafts`."""

    def __init__(self, clock: Clock, *, lasts: timedelta) -> None:
        self._held: Expiring[Draft] = Expiring(clock)
        self._lasts = lasts

    def begin(self, draft: Draft) -> Handle:
        """See the port."""
        handle = new_handle()
        self._held.put(repr((handle, draft.operator)), draft, self._lasts)
        return handle

    def find(self, handle: str, *, operator: OperatorName) -> Draft | None:
        """See the port."""
        return self._held.get(repr((handle, operator)))

    def keep(self, handle: str, draft: Draft) -> bool:
        """See the port."""
        key = repr((handle, draft.operator))
        if self._held.get(key) is None:
            return False
        self._held.put(key, draft, self._lasts)
        return True

    def end(self, handle: str, *, operator: OperatorName) -> bool:
        """See the port."""
        return self._held.pop(repr((handle, operator))) is not None


class FreshSecretsInMemory:
    """Implements `FreshSecrets`."""

    def __init__(self, clock: Clock, *, lasts: timedelta) -> None:
        self._held: Expiring[str] = Expiring(clock)
        self._lasts = lasts

    def keep(self, secret: str, *, client_id: ClientId, operator: OperatorName) -> Handle:
        """See the port."""
        handle = new_handle()
        self._held.put(repr((handle, client_id, operator)), secret, self._lasts)
        return handle

    def take(self, handle: str, *, client_id: ClientId, operator: OperatorName) -> str | None:
        """See the port."""
        return self._held.pop(repr((handle, client_id, operator)))
