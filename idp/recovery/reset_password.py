"""Replacing a forgotten password."""

from idp.audit.events import PasswordReset
from idp.audit.log import record
from idp.authenticators.forget_devices import end_remembered_devices
from idp.citizens.holds import lock_changeable
from idp.citizens.model import CitizenId
from idp.citizens.phone_store import has_default_phone
from idp.citizens.store import replace_password
from idp.core.clock import Clock
from idp.db.database import Database
from idp.follow_ups.follow_ups import FollowUps
from idp.messaging.model import NoticeKind
from idp.recovery.ask_for_other_phone import RecoveryGone


class ResetPassword:
    """Stores the new password, ends every session and remembered device, and tells the owner."""

    def __init__(self, *, database: Database, follow_ups: FollowUps, clock: Clock) -> None:
        self._database = database
        self._follow_ups = follow_ups
        self._clock = clock

    def __call__(
        self,
        citizen_id: CitizenId,
        password_hash: str,
        *,
        phone_index: bytes,
        client_id: str | None,
    ) -> None:
        """
        Do so; whoever knew the old password, and was signed in by it, is out.

        Raises `ChangesBarred`, and `RecoveryGone` where the phone with *phone_index*, which was
        proved, is not the one that codes go to any more: whoever has it now is not the owner.
        """
        now = self._clock.now()
        with self._database.transaction() as transaction:
            lock_changeable(transaction, citizen_id)
            if not has_default_phone(transaction, citizen_id, phone_index):
                raise RecoveryGone
            replace_password(transaction, citizen_id, password_hash, now)
            end_remembered_devices(transaction, citizen_id, now)
            record(transaction, PasswordReset(citizen_id=citizen_id, client_id=client_id), now)
            owed = (
                self._follow_ups.owe_end(transaction, citizen_id, "password_reset", now),
                self._follow_ups.owe_notice(
                    transaction, NoticeKind.PASSWORD_CHANGED, citizen_id, now
                ),
            )
        self._follow_ups.do(*owed)
