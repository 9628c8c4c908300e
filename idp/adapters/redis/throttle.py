"""Counting against budgets: the `limits` package on our Redis."""

from datetime import timedelta
from ipaddress import ip_network
from typing import Final

import redis
from limits import RateLimitItem, RateLimitItemPerSecond
from limits.storage import RedisStorage
from limits.strategies import FixedWindowRateLimiter

from idp.settings import Network
from idp.throttling.ports import Budget, BudgetSpent, Window

_PREFIX: Final = "budget"


class RedisThrottle:
    """
    Fixed windows: one atomic command each, and an exact time for "try again in …".

    The burst at a window's edge that this allows is bounded by the longer windows of the stack.
    """

    def __init__(
        self,
        client: redis.Redis,
        url: str,
        *,
        exempt_networks: tuple[Network, ...],
    ) -> None:
        storage = RedisStorage(
            url.replace("unix://", "redis+unix://", 1),
            connection_pool=client.connection_pool,
            key_prefix=_PREFIX,
        )
        self._redis = client
        self._limiter = FixedWindowRateLimiter(storage)
        self._exempt = exempt_networks

    def count(self, budget: Budget, *key: str) -> None:
        """Count one. Raises `BudgetSpent`, with the wait until the first window allows more."""
        if budget.by_network and self._is_exempt(key[-1]):
            return
        for window in budget.windows:
            item = _item(window)
            if not self._limiter.hit(item, budget.name, *key):
                raise self._spent(item, budget, *key)

    def require(self, budget: Budget, *key: str) -> None:
        """Raise `BudgetSpent` where one more would not be allowed; counts nothing."""
        if budget.by_network and self._is_exempt(key[-1]):
            return
        for window in budget.windows:
            item = _item(window)
            if not self._limiter.test(item, budget.name, *key):
                raise self._spent(item, budget, *key)

    def clear(self, budget: Budget, *key: str) -> None:
        """Forget what was counted."""
        for window in budget.windows:
            self._limiter.clear(_item(window), budget.name, *key)

    def _spent(self, item: RateLimitItem, budget: Budget, *key: str) -> BudgetSpent:
        # Redis keeps the time of its windows: a clock of ours beside it could only disagree.
        left = int(self._redis.pttl(f"{_PREFIX}:{item.key_for(budget.name, *key)}"))
        return BudgetSpent(budget.name, max(timedelta(milliseconds=left), timedelta(seconds=1)))

    def _is_exempt(self, network: str) -> bool:
        client = ip_network(network)
        return any(
            client.version == exempt.version and client.subnet_of(exempt)  # type: ignore[arg-type]
            for exempt in self._exempt
        )


def _item(window: Window) -> RateLimitItem:
    return RateLimitItemPerSecond(window.count, int(window.period.total_seconds()))
