"""Tokens of programs and their idempotency keys in memory: honest doubles of both ports."""

from datetime import timedelta
from threading import RLock

from idp.api_clients.model import ApiClientName, ApiGrant
from idp.core.clock import Clock
from idp.core.handles import Handle, new_handle
from tests.fakes.expiring import Expiring


class ApiTokensInMemory:
    """Implements `ApiTokens`."""

    def __init__(self, clock: Clock) -> None:
        self._held: Expiring[ApiGrant] = Expiring(clock)

    def issue(self, grant: ApiGrant, lifetime: timedelta) -> Handle:
        """See the port."""
        handle = new_handle()
        self._held.put(handle, grant, lifetime)
        return handle

    def find(self, token: str) -> ApiGrant | None:
        """See the port."""
        return self._held.get(token)


class RequestsMadeOnceInMemory:
    """Implements `RequestsMadeOnce`."""

    def __init__(self, clock: Clock, *, kept: timedelta) -> None:
        self._lock = RLock()
        self._kept = kept
        self._held: Expiring[str] = Expiring(clock)

    def take(self, client: ApiClientName, key: str, request: str) -> str | None:
        """See the port."""
        with self._lock:
            before = self._held.get(f"{client}:{key}")
            if before is None:
                self._held.put(f"{client}:{key}", request, self._kept)
            return before

    def give_back(self, client: ApiClientName, key: str) -> None:
        """See the port."""
        with self._lock:
            self._held.pop(f"{client}:{key}")
