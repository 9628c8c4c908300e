"""What must follow a commit, where no session is at stake."""

from idp.core.clock import Clock
from idp.db.database import Database
from idp.follow_ups.follow_ups import FollowUps
from idp.follow_ups.model import EndOfSessions
from tests.fakes.notices import NoticesInMemory


class NobodySignedIn:
    """Implements `EndsSessions`: there are none."""

    def carry_out(self, end: EndOfSessions) -> None:
        """See the port."""


def follow_ups_of(notices: NoticesInMemory, database: Database, clock: Clock) -> FollowUps:
    """Those that tell by *notices*."""
    return FollowUps(end_sessions=NobodySignedIn(), notices=notices, database=database, clock=clock)
