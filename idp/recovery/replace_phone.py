"""The end of a recovery by another phone: it takes the place of the lost one."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from idp.audit.events import PasswordReset, PhoneMoved, PhoneRecovered, PhoneRecoveryRefused
from idp.audit.log import record
from idp.authenticators.forget_devices import end_remembered_devices
from idp.citizens import store as citizens
from idp.citizens.holds import ensure_changeable
from idp.citizens.model import CitizenId, Evidence, EvidenceKind, Phone
from idp.citizens.number_store import has_identity_number
from idp.citizens.phone_store import (
    default_phone,
    lock_with_holder,
    make_default_phone,
    release_phone,
)
from idp.core.clock import Clock
from idp.db.database import Database
from idp.follow_ups.follow_ups import FollowUps
from idp.follow_ups.model import FollowUpId
from idp.interactions.progress import StopReason
from idp.messaging.model import NoticeKind
from idp.recovery import store
from idp.recovery.ask_for_other_phone import RecoveryGone
from idp.recovery.model import PhoneRecoveryId


class _Overtaken(RecoveryGone):
    """The account has another phone since, or another owner: *citizen_id* had it."""

    def __init__(self, citizen_id: CitizenId) -> None:
        super().__init__()
        self.citizen_id = citizen_id


class ReplacePhone:
    """
    Stores the new password, and the other phone as the one that codes go to.

    The lost phone leaves the account, and what a carrier said of it counts no more; what it said of
    the other one does. Sessions and remembered devices end. Who else had that number loses it, as
    with every match.
    """

    def __init__(
        self,
        *,
        database: Database,
        follow_ups: FollowUps,
        carrier_match_lapses_after: timedelta,
        clock: Clock,
    ) -> None:
        self._database = database
        self._follow_ups = follow_ups
        self._lapses_after = carrier_match_lapses_after
        self._clock = clock

    def __call__(
        self, recovery_id: PhoneRecoveryId, password_hash: str, *, client_id: str | None
    ) -> CitizenId:
        """
        Do so; whose account it is.

        Raises `RecoveryGone`, once it was cancelled or completed, or the account has another phone
        or lost its identity number; `ChangesBarred`. Nothing has changed then, but that a request
        which can never be completed is void, and makes room for another one.
        """
        now = self._clock.now()
        try:
            citizen_id, owed = self._replace_repeatedly(recovery_id, password_hash, client_id, now)
        except _Overtaken as overtaken:
            self._make_void(recovery_id, overtaken.citizen_id, client_id, now)
            raise
        self._follow_ups.do(*owed)
        return citizen_id

    def _replace_repeatedly(
        self,
        recovery_id: PhoneRecoveryId,
        password_hash: str,
        client_id: str | None,
        now: datetime,
    ) -> tuple[CitizenId, list[FollowUpId]]:
        """Whose account it is, and what follows."""
        try:
            with self._database.transaction() as transaction:
                return self._replace(transaction, recovery_id, password_hash, client_id, now)
        except IntegrityError:  # somebody else got the number at this moment, and loses it
            with self._database.transaction() as transaction:
                return self._replace(transaction, recovery_id, password_hash, client_id, now)

    def _replace(
        self,
        transaction: Session,
        recovery_id: PhoneRecoveryId,
        password_hash: str,
        client_id: str | None,
        now: datetime,
    ) -> tuple[CitizenId, list[FollowUpId]]:
        taken = store.complete(transaction, recovery_id, now)
        if taken is None:
            raise RecoveryGone
        citizen_id = taken.citizen_id
        lock_with_holder(transaction, citizen_id, taken.phone_number_index)
        ensure_changeable(transaction, citizen_id)
        lost = default_phone(transaction, citizen_id)
        if (None if lost is None else lost.id) != taken.former_phone_id:
            raise _Overtaken(citizen_id)
        if not has_identity_number(transaction, citizen_id, taken.identity_number_index):
            raise _Overtaken(citizen_id)
        owe_end, owe_notice = self._follow_ups.owe_end, self._follow_ups.owe_notice
        owed = [
            owe_end(transaction, citizen_id, "password_reset", now),
            # The lost phone is out of the account by then: this alone reaches whoever holds it.
            self._follow_ups.owe_former_phone(transaction, recovery_id, citizen_id, now),
            owe_notice(transaction, NoticeKind.PHONE_REPLACED, citizen_id, now),
            owe_notice(transaction, NoticeKind.PASSWORD_CHANGED, citizen_id, now),
        ]
        former_holder = release_phone(transaction, taken.phone_number_index, now)
        if former_holder is not None and former_holder != citizen_id:
            record(transaction, PhoneMoved(citizen_id=former_holder, client_id=client_id), now)
            owed += [
                owe_end(transaction, former_holder, "phone_moved", now),
                owe_notice(transaction, NoticeKind.PHONE_LOST, former_holder, now),
            ]
        if lost is not None:
            release_phone(transaction, lost.number_index, now)
        self._add_phone(transaction, taken, now)
        citizens.replace_password(transaction, citizen_id, password_hash, now)
        end_remembered_devices(transaction, citizen_id, now)
        recovered = PhoneRecovered(
            citizen_id=citizen_id, client_id=client_id, recovery_id=recovery_id
        )
        record(transaction, recovered, now)
        record(transaction, PasswordReset(citizen_id=citizen_id, client_id=client_id), now)
        return citizen_id, owed

    def _make_void(
        self,
        recovery_id: PhoneRecoveryId,
        citizen_id: CitizenId,
        client_id: str | None,
        now: datetime,
    ) -> None:
        with self._database.transaction() as transaction:
            store.make_void(transaction, recovery_id, now)
            refused = PhoneRecoveryRefused(
                citizen_id=citizen_id, client_id=client_id, reason=StopReason.GONE
            )
            record(transaction, refused, now)

    def _add_phone(self, transaction: Session, taken: store.Taken, now: datetime) -> None:
        phone = Phone(
            citizen_id=taken.citizen_id,
            number=taken.phone_number.e164,
            number_index=taken.phone_number_index,
            is_default=False,
            verified_at=now,
        )
        transaction.add(phone)
        transaction.flush()
        # A further phone of the account may have taken the lost one's place for a moment.
        make_default_phone(transaction, taken.citizen_id, phone.id)
        matched: dict[str, Any] = taken.matched
        checked_at = datetime.fromisoformat(matched["checked_at"])
        transaction.add(
            Evidence(
                citizen_id=taken.citizen_id,
                kind=EvidenceKind.CARRIER_MATCH,
                verifier=matched["carrier"],
                reference=matched["reference"],
                attributes=matched["attributes"],
                spelling=matched["spelling"],
                phone_id=phone.id,
                verified_at=checked_at,
                expires_at=checked_at + self._lapses_after,
            )
        )
