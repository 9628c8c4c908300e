"""Interactions in memory: an honest double of the port `Interactions`."""

from datetime import timedelta
from threading import RLock
from typing import Final

import redis

from idp.adapters.redis.interactions import RedisInteractions
from idp.adapters.redis.throttle import RedisThrottle
from idp.core.clock import Clock
from idp.interactions.model import Interaction, InteractionId
from idp.interactions.ports import (
    Change,
    FoundInteraction,
    InteractionGone,
    TooManyInteractions,
)
from idp.throttling.ports import Budget, BudgetSpent, Throttle
from tests.fakes.expiring import Expiring
from tests.fakes.throttle import ThrottleInMemory

DAY: Final = timedelta(days=1)
PLENTY: Final = Budget("interactions", (), by_network=True)


class InteractionsInMemory:
    """Implements `Interactions`."""

    def __init__(
        self,
        clock: Clock,
        *,
        lifetime: timedelta,
        unattended: timedelta,
        throttle: Throttle,
        budget: Budget,
    ) -> None:
        self._lock = RLock()
        self._lifetime = lifetime
        self._unattended = unattended
        self._throttle = throttle
        self._budget = budget
        self._held: Expiring[Interaction] = Expiring(clock)
        self.registry_version = 0

    def add(self, interaction: Interaction, *, network: str) -> None:
        """See the port."""
        with self._lock:
            try:
                self._throttle.count(self._budget, network)
            except BudgetSpent as spent:
                raise TooManyInteractions(
                    spent.budget, spent.retry_after, first=spent.first
                ) from None
            self._held.put(interaction.id, interaction, self._unattended)

    def find(self, interaction_id: InteractionId) -> Interaction | None:
        """See the port."""
        with self._lock:
            return self._held.get(interaction_id)

    def look_up(self, interaction_id: InteractionId) -> FoundInteraction:
        """See the port."""
        return FoundInteraction(self.find(interaction_id), self.registry_version)

    def update(self, interaction: Interaction, change: Change) -> Interaction:
        """See the port."""
        with self._lock:
            current = self._held.get(interaction.id)
            if current is None:
                raise InteractionGone
            changed = change(current).with_(version=current.version + 1)
            self._held.change(interaction.id, changed)
            if changed.attended and not current.attended:
                self._held.prolong(interaction.id, self._lifetime)
            return changed

    def keep(self, interaction: Interaction, period: timedelta) -> None:
        """See the port."""
        with self._lock:
            self._held.prolong(interaction.id, period)

    def answer(self, interaction: Interaction) -> bool:
        """See the port."""
        with self._lock:
            current = self._held.get(interaction.id)
            self.update(interaction, lambda found: found.with_(answered=True))
            return current is not None and not current.answered


def redis_interactions(
    client: redis.Redis,
    *,
    lifetime: timedelta = DAY,
    unattended: timedelta = DAY,
    budget: Budget = PLENTY,
) -> RedisInteractions:
    """Interactions in Redis; few tests care for how long, or for how many."""
    throttle = RedisThrottle(client, exempt_networks=())
    return RedisInteractions(
        client, lifetime=lifetime, unattended=unattended, throttle=throttle, budget=budget
    )


def interactions_in_memory(
    clock: Clock,
    *,
    lifetime: timedelta = DAY,
    unattended: timedelta = DAY,
    budget: Budget = PLENTY,
) -> InteractionsInMemory:
    """The same in memory."""
    throttle = ThrottleInMemory(clock)
    return InteractionsInMemory(
        clock, lifetime=lifetime, unattended=unattended, throttle=throttle, budget=budget
    )
