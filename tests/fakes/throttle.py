"""Counting in memory: an honest double of the port `Throttle`."""

from datetime import timedelta
from ipaddress import ip_network
from threading import RLock

from idp.core.clock import Clock
from idp.settings import Network
from idp.throttling.ports import Budget, BudgetSpent, Counted, Window
from tests.fakes.expiring import Expiring


class ThrottleInMemory:
    """Implements `Throttle` with fixed windows."""

    def __init__(self, clock: Clock, *, exempt_networks: tuple[Network, ...] = ()) -> None:
        self._lock = RLock()
        self._exempt = exempt_networks
        self._counted: Expiring[int] = Expiring(clock)
        self._refused: Expiring[bool] = Expiring(clock)

    def count(self, budget: Budget, *key: str) -> None:
        """See the port."""
        with self._lock:
            for window, name in self._windows(budget, key):
                counted = self._counted.get(name)
                if counted is None:
                    self._counted.put(name, 1, window.period)
                else:
                    self._counted.change(name, counted + 1)
                self._require(budget, name, allowed=window.count)

    def count_in_turn(self, *counted: Counted) -> None:
        """See the port."""
        with self._lock:
            for each in counted:
                self.count(each.budget, *each.key)

    def require(self, budget: Budget, *key: str) -> None:
        """See the port."""
        with self._lock:
            for window, name in self._windows(budget, key):
                self._require(budget, name, allowed=window.count - 1)

    def clear(self, budget: Budget, *key: str) -> None:
        """See the port."""
        with self._lock:
            for _, name in self._windows(budget, key):
                self._counted.pop(name)
                self._refused.pop(name)

    def _require(self, budget: Budget, name: str, *, allowed: int) -> None:
        if (self._counted.get(name) or 0) > allowed:
            first, left = self._refused.get(name) is None, self._counted.left(name)
            self._refused.put(name, True, left)
            raise BudgetSpent(budget.name, max(left, timedelta(seconds=1)), first=first)

    def _windows(self, budget: Budget, key: tuple[str, ...]) -> list[tuple[Window, str]]:
        if budget.by_network and self._is_exempt(key[-1]):
            return []
        return [
            (window, repr((budget.name, key, window.count, window.period)))
            for window in budget.windows
        ]

    def _is_exempt(self, network: str) -> bool:
        client = ip_network(network)
        return any(
            client.version == exempt.version and client.subnet_of(exempt)  # type: ignore[arg-type]
            for exempt in self._exempt
        )
