"""Who ends sessions, and who tells."""

from datetime import datetime
from typing import Protocol

from idp.citizens.model import CitizenId
from idp.follow_ups.model import EndOfSessions
from idp.messaging.ports import Notices
from idp.sessions.model import SessionId


class EndsSessions(Protocol):
    """Ends sessions with all that hangs on them, and tells the relying parties."""

    def carry_out(self, end: EndOfSessions) -> None:
        """Do so; again does no harm, and what began after *end* stays."""
        ...

    def finish(self, citizen_id: CitizenId, session_id: SessionId, *, until: datetime) -> None:
        """Do the rest of a sign-out; again does nothing, and a sign-in after *until* stays."""
        ...


class FollowUpNotices(Notices, Protocol):
    """Tells a citizen, and the phone that was theirs until now."""

    def tell_former_phone(self, recovery_id: str) -> None:
        """Have it told that another took its place; again does no harm: it is told once."""
        ...
