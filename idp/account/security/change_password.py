"""Replacing the password by who knows the old one, and has just shown a second factor."""

from idp.audit.events import PasswordChanged
from idp.audit.log import record
from idp.authenticators.forget_devices import end_remembered_devices
from idp.citizens.holds import lock_changeable
from idp.citizens.store import replace_password
from idp.core.clock import Clock
from idp.db.database import Database
from idp.follow_ups.follow_ups import FollowUps
from idp.interactions.sign_in import SignIn
from idp.messaging.model import NoticeKind
from idp.sessions.model import Session


class SessionOver(Exception):
    """The session ended while the new password was typed, or hashed."""


class ChangePassword:
    """
    Stores the new password; the session at hand goes on.

    Every other one ends, with what portals may still ask because of it, and so does whatever device
    is remembered: whoever knew the old password may be in by it.
    """

    def __init__(
        self, *, sign_in: SignIn, database: Database, follow_ups: FollowUps, clock: Clock
    ) -> None:
        self._sign_in = sign_in
        self._database = database
        self._follow_ups = follow_ups
        self._clock = clock

    def __call__(self, session: Session, password_hash: str) -> None:
        """Do so. Raises `ChangesBarred`, `SessionOver`; nothing has changed then."""
        citizen_id, now = session.authentication.citizen_id, self._clock.now()
        with self._database.transaction() as transaction:
            lock_changeable(transaction, citizen_id)
            # A reset that was faster ends the session: its password must not be replaced from here.
            if not self._sign_in.is_live(transaction, session):
                raise SessionOver
            replace_password(transaction, citizen_id, password_hash, now)
            end_remembered_devices(transaction, citizen_id, now)
            record(transaction, PasswordChanged(citizen_id=citizen_id), now)
            owed = (
                self._follow_ups.owe_end(
                    transaction, citizen_id, "password_changed", now, kept=session.id
                ),
                self._follow_ups.owe_notice(
                    transaction, NoticeKind.PASSWORD_CHANGED, citizen_id, now
                ),
            )
        self._follow_ups.do(*owed)
