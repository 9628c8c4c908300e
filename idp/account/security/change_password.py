"""Replacing the password by who knows the old one, and has just shown a second factor."""

from idp.audit.events import PasswordChanged
from idp.audit.log import record
from idp.authenticators.forget_devices import end_remembered_devices
from idp.citizens.store import ensure_changeable, replace_password
from idp.core.clock import Clock
from idp.db.database import Database
from idp.interactions.sign_in import SignIn
from idp.messaging.model import NoticeKind
from idp.messaging.ports import Notices
from idp.sessions.model import Session


class ChangePassword:
    """
    Stores the new password; the session at hand goes on.

    Every other one ends, with what portals may still ask because of it, and so does whatever device
    is remembered: whoever knew the old password may be in by it.
    """

    def __init__(
        self, *, database: Database, sign_in: SignIn, notices: Notices, clock: Clock
    ) -> None:
        self._database = database
        self._sign_in = sign_in
        self._notices = notices
        self._clock = clock

    def __call__(self, session: Session, password_hash: str) -> None:
        """Do so. Raises `ChangesBarred`; nothing has changed then."""
        citizen_id, now = session.authentication.citizen_id, self._clock.now()
        with self._database.transaction() as transaction:
            ensure_changeable(transaction, citizen_id)
            replace_password(transaction, citizen_id, password_hash, now)
            end_remembered_devices(transaction, citizen_id, now)
            record(transaction, PasswordChanged(citizen_id=citizen_id), now)
        self._sign_in.end_all_but(citizen_id, session.id)
        self._notices.tell(NoticeKind.PASSWORD_CHANGED, citizen_id, now)
