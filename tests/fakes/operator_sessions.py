"""Sessions of the console in memory: an honest double of the port `OperatorSessions`."""

from datetime import timedelta
from threading import RLock

from idp.core.clock import Clock
from idp.core.handles import Handle, new_handle
from idp.operators.model import OperatorName, OperatorSession
from tests.fakes.expiring import Expiring


class OperatorSessionsInMemory:
    """Implements `OperatorSessions`."""

    def __init__(self, clock: Clock, *, idle: timedelta, maximum: timedelta) -> None:
        self._lock = RLock()
        self._clock = clock
        self._idle = idle
        self._maximum = maximum
        self._held: Expiring[OperatorSession] = Expiring(clock)
        self._handles: dict[OperatorName, set[Handle]] = {}

    def begin(self, session: OperatorSession) -> Handle:
        """See the port."""
        handle = new_handle()
        with self._lock:
            self._held.put(handle, session, self._idle)
            self._handles.setdefault(session.operator, set()).add(handle)
        return handle

    def find(self, handle: Handle) -> OperatorSession | None:
        """See the port."""
        with self._lock:
            session = self._held.get(handle)
            if session is None or self._clock.now() - session.signed_in_at >= self._maximum:
                return None
            self._held.put(handle, session, self._idle)
            return session

    def end(self, handle: Handle) -> OperatorSession | None:
        """See the port."""
        with self._lock:
            return self._held.pop(handle)

    def end_all_of(self, operator: OperatorName) -> int:
        """See the port."""
        with self._lock:
            ended = [self._held.pop(handle) for handle in self._handles.pop(operator, set())]
        return sum(session is not None for session in ended)
