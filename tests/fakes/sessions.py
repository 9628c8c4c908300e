"""Sessions in memory: an honest double of the port `Sessions`."""

from datetime import datetime, timedelta
from threading import RLock

from idp.citizens.model import CitizenId
from idp.core.clock import Clock
from idp.core.handles import Handle, new_handle
from idp.sessions.model import OpenSession, Session, SessionId
from tests.fakes.expiring import Expiring


class SessionsInMemory:
    """Implements `Sessions`."""

    def __init__(self, clock: Clock, *, idle: timedelta, maximum: timedelta) -> None:
        self._lock = RLock()
        self._clock = clock
        self._idle = idle
        self._maximum = maximum
        self._held: Expiring[Session] = Expiring(clock)
        self._handles: dict[CitizenId, set[Handle]] = {}
        self._seen: dict[Handle, datetime] = {}

    def begin(self, session: Session) -> Handle:
        """See the port."""
        handle = new_handle()
        with self._lock:
            self._held.put(handle, session, self._idle)
            self._seen[handle] = self._clock.now()
            self._handles.setdefault(session.authentication.citizen_id, set()).add(handle)
        return handle

    def find(self, handle: Handle) -> Session | None:
        """See the port."""
        with self._lock:
            session = self._held.get(handle)
            if session is None:
                return None
            if self._clock.now() - session.authentication.auth_time >= self._maximum:
                return None
            self._held.put(handle, session, self._idle)
            self._seen[handle] = self._clock.now()
            return session

    def is_open(self, handle: Handle) -> bool:
        """See the port."""
        with self._lock:
            return self._held.get(handle) is not None

    def end(self, handle: Handle) -> Session | None:
        """See the port."""
        with self._lock:
            return self._held.pop(handle)

    def end_all_of(
        self,
        citizen_id: CitizenId,
        *,
        until: datetime | None = None,
        kept: SessionId | None = None,
    ) -> tuple[SessionId, ...]:
        """See the port."""
        ended = []
        with self._lock:
            for handle in self._handles.get(citizen_id, ()):
                session = self._held.get(handle)
                if session is None or session.id == kept:
                    continue
                if until is None or session.authentication.auth_time <= until:
                    self._held.pop(handle)
                    ended.append(session.id)
        return tuple(ended)

    def of_citizen(self, citizen_id: CitizenId) -> tuple[OpenSession, ...]:
        """See the port."""
        with self._lock:
            found = [
                OpenSession(session, self._seen[handle])
                for handle in self._handles.get(citizen_id, ())
                if (session := self._held.get(handle)) is not None
                and self._clock.now() - session.authentication.auth_time < self._maximum
            ]
        return tuple(sorted(found, key=lambda each: each.last_seen_at, reverse=True))

    def end_one_of(self, citizen_id: CitizenId, session_id: SessionId) -> Session | None:
        """See the port."""
        with self._lock:
            for handle in self._handles.get(citizen_id, ()):
                session = self._held.get(handle)
                if session is not None and session.id == session_id:
                    return self._held.pop(handle)
        return None
