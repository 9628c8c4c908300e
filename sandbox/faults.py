"""Faults that a test asks for, and how the sandbox behaves while one is due."""

from dataclasses import dataclass, replace
from enum import StrEnum
from threading import Lock
from typing import Literal

from sandbox.tempers import Carrier

SMS: Literal["sms"] = "sms"

Target = Carrier | Literal["sms"]


class Api(StrEnum):
    """What of a carrier can break by itself."""

    KYC_MATCH = "kyc-match"
    SIM_SWAP = "sim-swap"
    NUMBER_RECYCLING = "number-recycling"
    TOKEN = "token"  # noqa: S105 - the name of an endpoint


class FaultKind(StrEnum):
    """How something breaks."""

    TIMEOUT = "timeout"
    SLOW = "slow"
    GARBAGE = "garbage"
    HTTP_500 = "http_500"
    HTTP_429 = "http_429"
    NOT_AVAILABLE = "not_available"
    MISMATCH_ERROR = "mismatch_error"


TRANSPORT_FAULTS = frozenset(
    {
        FaultKind.TIMEOUT,
        FaultKind.SLOW,
        FaultKind.GARBAGE,
        FaultKind.HTTP_500,
        FaultKind.HTTP_429,
    }
)
"""Faults any call can have; the others are answers of kyc-match."""

ANSWER_FAULTS = frozenset(FaultKind) - TRANSPORT_FAULTS


@dataclass(frozen=True, kw_only=True)
class Fault:
    """
    One fault: for a carrier or the SMS gateway, until `count` calls have met it.

    Without `api` it strikes a carrier's CAMARA calls and leaves its token endpoint alone; without
    `count` it stays until faults are cleared.
    """

    target: Target
    kind: FaultKind
    api: Api | None = None
    count: int | None = None

    def strikes(self, target: Target, api: Api | None, kinds: frozenset[FaultKind]) -> bool:
        """Whether a call of *api* at *target* meets this fault, if it can have *kinds*."""
        if self.target != target or self.kind not in kinds:
            return False
        return api == self.api if self.api is not None else api is not Api.TOKEN


class Faults:
    """The faults that are due, oldest first; safe to use from several threads."""

    def __init__(self) -> None:
        """Start with everything in order."""
        self._lock = Lock()
        self._due: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Make *fault* due, after those that already are."""
        with self._lock:
            self._due.append(fault)

    def clear(self) -> None:
        """Put everything in order."""
        with self._lock:
            self._due.clear()

    def due(self) -> tuple[Fault, ...]:
        """Return what is due, oldest first."""
        with self._lock:
            return tuple(self._due)

    def take(
        self, target: Target, api: Api | None = None, *, kinds: frozenset[FaultKind]
    ) -> FaultKind | None:
        """Return the fault this call meets, counting it once, or None."""
        with self._lock:
            for position, fault in enumerate(self._due):
                if fault.strikes(target, api, kinds):
                    self._count_down(position, fault)
                    return fault.kind
        return None

    def _count_down(self, position: int, fault: Fault) -> None:
        if fault.count is None:
            return
        if fault.count > 1:
            self._due[position] = replace(fault, count=fault.count - 1)
        else:
            del self._due[position]
