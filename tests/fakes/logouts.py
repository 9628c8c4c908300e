"""Back-channel logout without a queue, a network or a registry."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from idp.backchannel.announce import AnnounceLogout
from idp.backchannel.model import DeliveryId
from idp.core.clock import Clock
from idp.relying_parties.model import ClientId, RelyingParty


@dataclass
class WakesInMemory:
    """Keeps what the worker would be woken for; implements `LogoutWakes`."""

    asked: list[tuple[DeliveryId, timedelta]] = field(default_factory=list)

    def wake(self, delivery_id: DeliveryId, *, after: timedelta = timedelta()) -> None:
        self.asked.append((delivery_id, after))

    def take(self) -> list[DeliveryId]:
        """What was asked for since the last time."""
        taken = [delivery_id for delivery_id, _ in self.asked]
        self.asked.clear()
        return taken


@dataclass
class RelyingPartiesInMemory:
    """A registry that needs no database; implements `CurrentRelyingParties`."""

    known: Mapping[ClientId, RelyingParty] = field(default_factory=dict)

    def find(self, client_id: ClientId) -> RelyingParty | None:
        return self.known.get(client_id)

    def catch_up(self, version: int) -> None:
        """Nothing is ever new."""

    def catch_up_now(self) -> None:
        """Nothing is ever new."""


def nobody_to_tell(clock: Clock) -> AnnounceLogout:
    """For sessions that reached no relying party."""
    return AnnounceLogout(
        relying_parties=RelyingPartiesInMemory(), key=b"k" * 32, wakes=WakesInMemory(), clock=clock
    )
