"""Noting a request that failed, while it is answered."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog

from idp.core.clock import Clock
from idp.core.handles import new_short_id
from idp.failures.model import LONGEST_CLAIMED, Cause, FailedRequest, Fault
from idp.failures.ports import WaitingFailures
from idp.failures.rules import is_failure, shown
from idp.relying_parties.model import ClientId
from idp.relying_parties.ports import RelyingParties

ENDPOINTS: Final = frozenset(
    {
        "/authorize",
        "/connect/register",
        "/introspect",
        "/logout",
        "/par",
        "/revoke",
        "/token",
        "/userinfo",
    }
)
_OTHER: Final = Fault(cause=Cause.OTHER)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """How a request was answered; *client_id* is one that is known, *fault* what was found."""

    status: int
    endpoint: str
    reference: str
    network: str
    error: str | None
    client_id: str | None = None
    detail: str | None = None
    fault: Fault | None = None


class NoteFailure:
    """
    Puts a failed request where the worker finds it.

    It costs failing requests one question to the volatile store, and others nothing; and it fails
    none: what cannot be noted is a line in the log.
    """

    def __init__(
        self,
        *,
        waiting: WaitingFailures,
        relying_parties: RelyingParties,
        outages: tuple[type[Exception], ...],
        clock: Clock,
    ) -> None:
        self._waiting = waiting
        self._relying_parties = relying_parties
        self._outages = outages
        self._clock = clock

    def __call__(self, answered: Answered) -> None:
        """Note it, if a relying party has something to mend."""
        if answered.endpoint not in ENDPOINTS or not is_failure(answered.status, answered.error):
            return
        try:
            self._waiting.add(self._failed(answered), network=answered.network)
        except self._outages:
            _log.warning("failure_not_noted", reference=answered.reference)

    def _failed(self, answered: Answered) -> FailedRequest:
        fault = answered.fault or _OTHER
        known = answered.client_id
        if known is None and fault.claimed and self._relying_parties.find(ClientId(fault.claimed)):
            known = fault.claimed
        return FailedRequest(
            id=new_short_id(),
            at=self._clock.now(),
            reference=answered.reference,
            endpoint=answered.endpoint,
            error=answered.error or "",
            client_id=None if known is None else ClientId(known),
            claimed="" if known is not None else shown(fault.claimed, LONGEST_CLAIMED),
            fault=fault,
            note=shown(answered.detail or ""),
        )


Note = Callable[[Answered], None]
