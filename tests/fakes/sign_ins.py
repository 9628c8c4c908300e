"""Sign-ins whose sessions and tokens are in memory, and whose ends nobody is told."""

from datetime import timedelta

from idp.db.database import Database
from idp.interactions.sign_in import SignIn
from tests.fakes.clock import FakeClock
from tests.fakes.grants import AccessTokensInMemory
from tests.fakes.logouts import nobody_to_tell
from tests.fakes.sessions import SessionsInMemory


def sign_in_in_memory(database: Database, clock: FakeClock) -> tuple[SignIn, SessionsInMemory]:
    """The use case, and where its sessions are."""
    sessions = SessionsInMemory(clock, idle=timedelta(hours=1), maximum=timedelta(hours=12))
    sign_in = SignIn(
        sessions=sessions,
        tokens=AccessTokensInMemory(clock),
        announce=nobody_to_tell(clock),
        database=database,
        clock=clock,
    )
    return sign_in, sessions
