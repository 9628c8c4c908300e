"""Failed requests in memory: an honest double of their queue."""

from collections.abc import Sequence

from idp.failures.model import FailedRequest


class FailuresInMemory:
    """Implements `WaitingFailures`; it has room for all."""

    def __init__(self) -> None:
        self.waiting: list[FailedRequest] = []

    def add(self, failed: FailedRequest, *, network: str) -> None:
        """See the port."""
        del network
        self.waiting.append(failed)

    def first(self, limit: int) -> Sequence[FailedRequest]:
        """See the port."""
        return self.waiting[:limit]

    def forget(self, kept: Sequence[FailedRequest]) -> None:
        """See the port."""
        self.waiting = [failed for failed in self.waiting if failed not in kept]
