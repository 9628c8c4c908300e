"""Where a carrier is reached, and what is called there."""

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class CarrierEndpoint:
    """One carrier, as its contract with us describes it."""

    name: str
    base_url: str
    token_url: str
    unaccented: bool
    """Whether its records are written without marks."""
    client_id: str
    scope_purpose: str = "dpv:IdentityVerification"
    """The one purpose scope that the profile wants wherever personal data are processed."""


class Api(Enum):
    """The calls that are made: path below the carrier's base address, and scope."""

    MATCH = ("/kyc-match/v0.4/match", "kyc-match:match")
    SIM_SWAP_CHECK = ("/sim-swap/v2/check", "sim-swap:check")
    SIM_SWAP_DATE = ("/sim-swap/v2/retrieve-date", "sim-swap:retrieve-date")
    NUMBER_RECYCLING = ("/number-recycling/v0.2/check", "number-recycling:check")

    def url(self, endpoint: CarrierEndpoint) -> str:
        """Return the address of this call at *endpoint*."""
        return endpoint.base_url.rstrip("/") + self.value[0]

    def scope(self, endpoint: CarrierEndpoint) -> str:
        """Return the scope of a token for this call alone."""
        return f"{endpoint.scope_purpose} {self.value[1]}"
