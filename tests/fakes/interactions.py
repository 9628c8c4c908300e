"""Interactions in memory: an honest double of the port `Interactions`."""

from datetime import timedelta
from threading import RLock

from idp.core.clock import Clock
from idp.interactions.model import Interaction, InteractionId
from idp.interactions.ports import Change, InteractionGone
from tests.fakes.expiring import Expiring


class InteractionsInMemory:
    """Implements `Interactions`."""

    def __init__(self, clock: Clock, *, lifetime: timedelta) -> None:
        self._lock = RLock()
        self._lifetime = lifetime
        self._held: Expiring[Interaction] = Expiring(clock)

    def add(self, interaction: Interaction) -> None:
        """See the port."""
        with self._lock:
            self._held.put(interaction.id, interaction, self._lifetime)

    def find(self, interaction_id: InteractionId) -> Interaction | None:
        """See the port."""
        with self._lock:
            return self._held.get(interaction_id)

    def update(self, interaction: Interaction, change: Change) -> Interaction:
        """See the port."""
        with self._lock:
            current = self._held.get(interaction.id)
            if current is None:
                raise InteractionGone
            changed = change(current).with_(version=current.version + 1)
            self._held.change(interaction.id, changed)
            return changed

    def answer(self, interaction: Interaction) -> bool:
        """See the port."""
        with self._lock:
            current = self._held.get(interaction.id)
            self.update(interaction, lambda found: found.with_(answered=True))
            return current is not None and not current.answered
